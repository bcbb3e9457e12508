/* SPDX-License-Identifier: BSD-3-Clause */
/* Statements that are alike as a loop: operands are places that go up in steps, or stand in arrays. */
#include <stdlib.h>
#include <string.h>

#include "lang/lang_batch.h"

/* ---- one operand of all statements (k) and all terms of a run (q) -------------------------------------------------- */

static const ictus__operand *
operand (const ictus__batch *b, size_t k, size_t q)
{
  const ictus__statement *s = &b->st[b->group + k];
  size_t at = s->first + b->operand;

  if (b->in != NULL)
    at += b->in->first + q * b->in->nop;
  return &b->op[at];
}

static long
place (const ictus__batch *b, size_t k, size_t q)
{
  const ictus__operand *o = operand (b, k, q);

  return o->kind == 'x' ? b->place[o->at] : o->at;
}

static bool
same (const ictus__batch *b, size_t k, size_t q, size_t k2, size_t q2)
{
  const ictus__operand *x = operand (b, k, q), *y = operand (b, k2, q2);

  return x->kind == 'c' ? memcmp (&x->v, &y->v, sizeof x->v) == 0 : x->at == y->at;
}

/* Does it change with the statement; with the term? */
static void
changes (const ictus__batch *b, size_t nk, size_t nq, bool *by_k, bool *by_q)
{
  *by_k = *by_q = false;
  for (size_t k = 0; k < nk; ++k)
    for (size_t q = 0; q < nq && !(*by_k && *by_q); ++q)
      {
        *by_k = *by_k || !same (b, k, q, 0, q);
        *by_q = *by_q || !same (b, k, q, k, 0);
      }
}

/* place = a + dk k + dq q? */
static bool
in_steps (const ictus__batch *b, size_t nk, size_t nq, long *a, long *dk, long *dq)
{
  *a = place (b, 0, 0);
  *dk = nk > 1 ? place (b, 1, 0) - *a : 0;
  *dq = nq > 1 ? place (b, 0, 1) - *a : 0;
  for (size_t k = 0; k < nk; ++k)
    for (size_t q = 0; q < nq; ++q)
      if (place (b, k, q) != *a + *dk * (long) k + *dq * (long) q)
        return false;
  return true;
}

/* The term that is written: a number, q or q + 1 */
static void
print_q (const ictus__batch *b, ictus_text *out)
{
  if (b->term >= 0)
    ictus_text_add (out, "%d", b->term);
  else if (b->step == 0)
    ictus_text_add (out, "q");
  else
    ictus_text_add (out, "(q + %d)", b->step);
}

static void
print_steps (const ictus__batch *b, long a, long dk, long dq, ictus_text *out)
{
  if (b->term >= 0)
    a += dq * b->term;
  ictus_text_add (out, "%ld", a);
  if (dk != 0)
    ictus_text_add (out, " + %ld * k", dk);
  if (dq != 0 && b->term < 0)
    {
      ictus_text_add (out, " + %ld * ", dq);
      print_q (b, out);
    }
}

/* An array of all that the operand is; its number. */
static int
array (ictus__batch *b, size_t nk, size_t nq, bool number)
{
  ictus_text *out = &b->arrays;
  size_t n = 0;

  ictus_text_add (out, "\nstatic const %s %s_a%d[] = {", number ? "double" : "int", b->name, b->narray);
  for (size_t k = 0; k < nk; ++k)
    for (size_t q = 0; q < nq; ++q, ++n)
      {
        ictus_text_add (out, "%s", n % 16 == 0 ? "\n  " : " ");
        if (number)
          ictus__print_number (out, operand (b, k, q)->v);
        else
          ictus_text_add (out, "%ld", place (b, k, q));
        ictus_text_add (out, ",");
      }
  ictus_text_add (out, "\n};\n");
  return b->narray++;
}

/* The element of array number a for this statement and term. */
static void
print_element (const ictus__batch *b, int a, bool by_k, bool by_q, size_t nq, ictus_text *out)
{
  ictus_text_add (out, "%s_a%d[", b->name, a);
  if (by_k && by_q)
    ictus_text_add (out, "%zu * k + ", nq);
  else if (by_k)
    ictus_text_add (out, "k");
  if (by_q)
    print_q (b, out);
  ictus_text_add (out, "]");
}

/* Arrays are made once for each operand of a run, though its terms are written several times. */
static int
array_once (ictus__batch *b, bool by_k, bool by_q, size_t nk, size_t nq, bool number)
{
  int *known = b->in != NULL && b->operand < ICTUS__LOOP_OPERANDS ? &b->array_of[b->operand] : NULL, a;

  if (known != NULL && *known >= 0)
    return *known;
  a = array (b, by_k ? nk : 1, by_q ? nq : 1, number);
  if (known != NULL)
    *known = a;
  return a;
}

static void
print_operand (ictus__emit *e, int i)
{
  ictus__batch *b = e->batch;
  size_t nk = b->ngroup, nq = b->in != NULL ? (size_t) b->in->n : 1;
  const ictus__operand *first;
  long a, dk, dq;
  bool by_k, by_q;

  if (e->tmp[i] < 0 && !(e->slot != NULL && e->slot[i] >= 0) && e->g->node[i].op == OP_TIME)
    {
      ictus_text_add (e->out, "t");
      return;
    }
  first = operand (b, 0, b->in != NULL && b->term >= 0 && nk == 1 ? (size_t) b->term : 0);
  if (nk == 1 && (b->in == NULL || b->term >= 0)) /* one of a kind */
    {
      if (first->kind == 'c')
        ictus__print_number (e->out, first->v);
      else
        ictus_text_add (e->out, "%c[%d]", first->kind, first->kind == 'x' ? b->place[first->at] : first->at);
      ++b->operand;
      return;
    }
  changes (b, nk, nq, &by_k, &by_q);
  if (first->kind == 'c' && !by_k && !by_q)
    ictus__print_number (e->out, first->v);
  else if (first->kind == 'c')
    print_element (b, array_once (b, by_k, by_q, nk, nq, true), by_k, by_q, nq, e->out);
  else
    {
      ictus_text_add (e->out, "%c[", first->kind);
      if (in_steps (b, nk, nq, &a, &dk, &dq))
        print_steps (b, a, dk, dq, e->out);
      else
        print_element (b, array_once (b, by_k, by_q, nk, nq, false), by_k, by_q, nq, e->out);
      ictus_text_add (e->out, "]");
    }
  ++b->operand;
}

/* ---- sums ----------------------------------------------------------------------------------------------------------- */

/* s0 += factor * rest: term number `term` of the run, or q + step */
static void
print_term (ictus__batch *b, int part, int term, int step, const char *indent)
{
  ictus__emit *e = b->e;
  bool by_k, by_q;
  size_t nq = (size_t) b->in->n;

  b->term = term;
  b->step = step;
  b->operand = 0;
  ictus_text_add (e->out, "%ss%d += ", indent, part);
  changes (b, b->ngroup, nq, &by_k, &by_q);
  if (by_k || by_q || operand (b, 0, 0)->v != 1)
    {
      if (!by_k && !by_q)
        ictus__print_number (e->out, operand (b, 0, 0)->v);
      else if (b->ngroup == 1 && term >= 0)
        ictus__print_number (e->out, operand (b, 0, (size_t) term)->v);
      else
        print_element (b, array_once (b, by_k, by_q, b->ngroup, nq, true), by_k, by_q, nq, e->out);
      ictus_text_add (e->out, " * ");
    }
  b->operand = 1;
  ictus__print (e, b->in->rest);
  ictus_text_add (e->out, ";\n");
}

static void
print_run (ictus__batch *b, const ictus__run *r)
{
  int k = 0;

  b->in = r;
  for (int j = 0; j < ICTUS__LOOP_OPERANDS; ++j)
    b->array_of[j] = -1;
  for (; k < r->n && (r->n < 12 || (r->at + k) % 4 != 0); ++k)
    print_term (b, (r->at + k) % 4, k, 0, "      ");
  if (r->n - k >= 4)
    {
      int last = k + (r->n - k) / 4 * 4;

      ictus_text_add (b->e->out, "      for (int q = %d; q < %d; q += 4)\n        {\n", k, last);
      for (int j = 0; j < 4; ++j)
        print_term (b, j, -1, j, "          ");
      ictus_text_add (b->e->out, "        }\n");
      k = last;
    }
  for (; k < r->n; ++k)
    print_term (b, (r->at + k) % 4, k, 0, "      ");
  b->in = NULL;
}

/* ---- statements -------------------------------------------------------------------------------------------------------- */

static long
target (const ictus__batch *b, size_t k)
{
  const ictus__statement *s = &b->st[b->group + k];

  return s->root < 0 ? b->place[s->node] : s->root < b->n1 ? s->root : s->root - b->n1;
}

static void
print_target (ictus__batch *b)
{
  const ictus__statement *s = &b->st[b->group];
  long a = target (b, 0), d = b->ngroup > 1 ? target (b, 1) - a : 0;
  bool steps = true;

  ictus_text_add (b->e->out, "%s[", s->root < 0 ? "x" : s->root < b->n1 ? b->a1 : b->a2);
  for (size_t k = 0; k < b->ngroup; ++k)
    steps = steps && target (b, k) == a + d * (long) k;
  if (steps && d == 0)
    ictus_text_add (b->e->out, "%ld] = ", a);
  else if (steps)
    ictus_text_add (b->e->out, "%ld + %ld * k] = ", a, d);
  else
    {
      ictus_text_add (&b->arrays, "\nstatic const int %s_a%d[] = {", b->name, b->narray);
      for (size_t k = 0; k < b->ngroup; ++k)
        ictus_text_add (&b->arrays, "%s%ld,", k % 16 == 0 ? "\n  " : " ", target (b, k));
      ictus_text_add (&b->arrays, "\n};\n");
      ictus_text_add (b->e->out, "%s_a%d[k]] = ", b->name, b->narray++);
    }
}

void
ictus__batch_loop (ictus__batch *b, size_t k, size_t n)
{
  ictus__emit *e = b->e;
  ictus_text *out = e->out;
  const ictus__statement *s = &b->st[k];
  bool sum = s->root < 0 && e->g->node[s->node].op == OP_SUM;

  b->group = k;
  b->ngroup = n;
  b->in = NULL;
  b->operand = 0;
  e->out = &b->body;
  e->operand = print_operand;
  if (n > 1)
    ictus_text_add (e->out, "  for (int k = 0; k < %zu; ++k)\n", n);
  if (sum)
    {
      ictus_text_add (e->out, "    {\n      double s0 = -0.0, s1 = -0.0, s2 = -0.0, s3 = -0.0;\n\n");
      for (size_t r = 0; r < s->nrun; ++r)
        print_run (b, &b->run[s->run + r]);
      ictus_text_add (e->out, "      ");
      print_target (b);
      ictus_text_add (e->out, "(s0 + s1) + (s2 + s3);\n    }\n");
    }
  else
    {
      ictus_text_add (e->out, n > 1 ? "    " : "  ");
      print_target (b);
      if (s->root < 0)
        ictus__print_operation (e, s->node);
      else
        ictus__print (e, s->node);
      ictus_text_add (e->out, ";\n");
    }
  e->operand = NULL;
  e->out = out;
}
