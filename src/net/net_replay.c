/* SPDX-License-Identifier: BSD-3-Clause */
/* Populations that replay spikes from a file: SONATA (/spikes/NAME/timestamps and node_ids, or the older flat
   /spikes/timestamps and gids), or text with "neuron time_ms" a line. On the grid times are rounded up to
   it. */
#include "net_impl.h"

#include "ictus/h5.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct reading
{
  ictus_net *net;
  int pop;
  const char *path;
  ictus_spikes list;
} reading;

/* ---- one spike ---------------------------------------------------------------------------------- */

/* The first tick after 0 that is at or after t; a millionth of a step is forgiven, which is what decimal
   fractions need. */
static double
round_up (const ictus_net *net, double t_ms)
{
  double h = net->exp->resolution_ms;

  if (!net->exp->grid)
    return t_ms;
  return ictus_tick_ms ((ictus_tick) fmax (1, ceil (t_ms / h - 1e-6)), h);
}

/* Keep a spike if its neuron lives here; NULL, or what is wrong with it. */
static ictus_err
keep (reading *r, double node, double t_ms, const char **wrong)
{
  const ictus_population *p = &r->net->pop[r->pop];
  uint64_t gid;

  *wrong = NULL;
  if (!(node >= 0 && node < (double) p->size) || node != floor (node))
    *wrong = "neuron";
  else if (!(t_ms > 0) || isinf (t_ms))
    *wrong = "time";
  if (*wrong != NULL)
    return ICTUS_OK;
  gid = p->first + (uint64_t) node;
  if (ictus__net_local (p, gid) == SIZE_MAX)
    return ICTUS_OK;
  ICTUS_TRY (ictus_grow (&r->list.s, &r->list.cap, r->list.n + 1, sizeof *r->list.s));
  r->list.s[r->list.n++] = (ictus_spike){ .t_ms = round_up (r->net, t_ms), .gid = gid };
  return ICTUS_OK;
}

static int
compare_spikes (const void *pa, const void *pb)
{
  const ictus_spike *a = pa, *b = pb;

  if (a->t_ms != b->t_ms)
    return a->t_ms < b->t_ms ? -1 : 1;
  return (a->gid > b->gid) - (a->gid < b->gid);
}

/* ---- text --------------------------------------------------------------------------------------- */

static ictus_err
read_line (reading *r, const char *text, const char *line, int number)
{
  const ictus_population *p = &r->net->pop[r->pop];
  char *end;
  const char *a = line + strspn (line, " \t,;\r"), *b, *rest, *wrong;
  double node, t_ms = NAN;

  if (strchr ("#\n", *a) != NULL) /* also the end of the text */
    return ICTUS_OK;
  node = strtod (a, &end);
  b = end + strspn (end, " \t,;\r");
  rest = b;
  if (end == a)
    node = -1;
  else if (strchr ("#\n", *b) == NULL)
    {
      t_ms = strtod (b, &end);
      rest = end + strspn (end, " \t,;\r");
      if (end == b)
        t_ms = NAN;
    }
  if (end == a || isnan (t_ms))
    rest = "";
  ICTUS_TRY (keep (r, node, t_ms, &wrong));
  if (wrong != NULL)
    {
      const char *at = wrong[0] == 'n' ? a : b;
      int width = (int) strcspn (at, " \t,;\r\n#");

      return ictus_err_at (
          ICTUS_E_INPUT, r->path, text, number, (int) (at - line) + 1, width < 1 ? 1 : width,
          wrong[0] == 'n'
              ? "expected the index of a neuron of population %s, 0 to %zu"
              : "expected the time of a spike of population %s (0 to %zu): a positive number of ms",
          p->name, p->size - 1);
    }
  if (strchr ("#\n", *rest) == NULL)
    return ictus_err_at (ICTUS_E_INPUT, r->path, text, number, (int) (rest - line) + 1, 1,
                         "expected the end of the line behind \"neuron time_ms\"");
  return ICTUS_OK;
}

static ictus_err
read_text (reading *r, const char *text)
{
  const char *line = text;

  for (int number = 1; *line != '\0'; ++number)
    {
      ICTUS_TRY (read_line (r, text, line, number));
      line += strcspn (line, "\n");
      line += *line == '\n';
    }
  return ICTUS_OK;
}

/* ---- SONATA ------------------------------------------------------------------------------------- */

/* Names of the two data sets: of the population's group, of the only group, or of the older flat layout. Same
   on all ranks. */
static ictus_err
find_sets (const reading *r, char **names, size_t n, ictus_text *times, ictus_text *nodes)
{
  const char *name = r->net->pop[r->pop].name, *group = NULL, *near;
  bool flat = false, gids = false;

  for (size_t k = 0; k < n; ++k)
    {
      flat = flat || strcmp (names[k], "timestamps") == 0;
      gids = gids || strcmp (names[k], "gids") == 0;
      if (strcmp (names[k], name) == 0)
        group = name;
    }
  if (flat)
    {
      ictus_text_add (times, "/spikes/timestamps");
      ictus_text_add (nodes, "%s", gids ? "/spikes/gids" : "/spikes/node_ids");
      return times->failed || nodes->failed ? ICTUS_E_NOMEM : ICTUS_OK;
    }
  if (group == NULL && n == 1)
    group = names[0];
  if (group == NULL)
    {
      near = n == 0 ? NULL : ictus_nearest (name, (const char *const *) names, n);
      return ICTUS_FAIL (ICTUS_E_FORMAT,
                         "%s: there are no spikes of a population \"%s\"; /spikes has %zu others%s%s",
                         r->path, name, n, near == NULL ? "" : ", nearest: ", near == NULL ? "" : near);
    }
  ictus_text_add (times, "/spikes/%s/timestamps", group);
  ictus_text_add (nodes, "/spikes/%s/node_ids", group);
  return times->failed || nodes->failed ? ICTUS_E_NOMEM : ICTUS_OK;
}

static ictus_err
take_sets (reading *r, const double *t, size_t nt, const double *node, size_t nnode, double factor)
{
  if (nt != nnode)
    return ICTUS_FAIL (ICTUS_E_FORMAT, "%s: %zu times of spikes, but %zu neurons", r->path, nt, nnode);
  for (size_t k = 0; k < nt; ++k)
    {
      const char *wrong;

      ICTUS_TRY (keep (r, node[k], t[k] * factor, &wrong));
      if (wrong != NULL)
        return ICTUS_FAIL (
            ICTUS_E_FORMAT,
            "%s: spike %zu is of neuron %.17g at %.17g ms; population %s has neurons 0 to %zu, and "
            "times are positive",
            r->path, k, node[k], t[k] * factor, r->net->pop[r->pop].name, r->net->pop[r->pop].size - 1);
    }
  return ICTUS_OK;
}

/* Times may say their unit; without one they are in ms. Collective. */
static ictus_err
time_unit (ictus_h5 *f, const char *times, double *factor)
{
  char *unit = NULL;
  ictus_err e = ICTUS_OK;

  *factor = 1;
  if (ictus_h5_read_attr_string (f, times, "units", &unit) != ICTUS_OK)
    return ICTUS_OK;
  if (unit[0] != '\0' && strcmp (unit, "milliseconds") != 0)
    e = ictus_unit_factor (unit, "ms", factor);
  ictus_free (unit);
  return e;
}

/* The open file. Collective: every call before the last agreement has the same outcome on all ranks. */
static ictus_err
read_sets (reading *r, ictus_h5 *f)
{
  char **names = NULL;
  size_t n = 0, nt = 0, nnode = 0;
  double *t = NULL, *node = NULL, factor;
  ictus_text times = { 0 }, nodes = { 0 };
  ictus_err e;

  ICTUS_GO (ictus_h5_list (f, "/spikes", &names, &n));
  ICTUS_GO (ictus_comm_agree (r->net->comm, find_sets (r, names, n, &times, &nodes)));
  ICTUS_GO (ictus_h5_read_double (f, times.s, &t, &nt));
  ICTUS_GO (ictus_h5_read_double (f, nodes.s, &node, &nnode));
  ICTUS_GO (time_unit (f, times.s, &factor));
  e = ictus_comm_agree (r->net->comm, take_sets (r, t, nt, node, nnode, factor));
done:
  for (size_t k = 0; k < n; ++k)
    ictus_free (names[k]);
  ictus_free (names);
  ictus_free (t);
  ictus_free (node);
  ictus_text_clear (&times);
  ictus_text_clear (&nodes);
  return e;
}

/* Closing notes nothing over the first error. Collective. */
static ictus_err
read_sonata (reading *r)
{
  ictus_h5 f = { 0 };
  ictus_err e, closing;
  char *text;

  ICTUS_TRY (ictus_h5_open (r->net->comm, r->path, &f));
  e = read_sets (r, &f);
  text = e == ICTUS_OK ? NULL : ictus_strdup (ictus_err_last ());
  closing = ictus_h5_close (&f);
  if (e != ICTUS_OK)
    ICTUS_FAIL (e, "%s", text == NULL ? ictus_err_name (e) : text);
  ictus_free (text);
  return e == ICTUS_OK ? closing : e;
}

/* ---- file --------------------------------------------------------------------------------------- */

/* By its first bytes, seen by rank 0. Collective. */
static bool
is_hdf5 (const ictus_net *net, const char *path)
{
  static const char magic[8] = { '\211', 'H', 'D', 'F', '\r', '\n', '\032', '\n' };
  char begin[8] = { 0 };
  int yes = 0;

  if (net->rank == 0)
    {
      FILE *f = fopen (path, "rb");

      yes = f != NULL && fread (begin, 1, sizeof begin, f) == sizeof begin
            && memcmp (begin, magic, sizeof magic) == 0;
      if (f != NULL)
        fclose (f);
    }
  ICTUS_MPI (MPI_Bcast (&yes, 1, MPI_INT, 0, net->comm));
  return yes != 0;
}

static ictus_err
read_any (reading *r)
{
  char *text = NULL;
  ictus_err e;

  if (is_hdf5 (r->net, r->path))
    return read_sonata (r);
  ICTUS_TRY (ictus_comm_read (r->net->comm, r->path, &text, NULL));
  e = ictus_comm_agree (r->net->comm, read_text (r, text));
  ictus_free (text);
  return e;
}

ictus_err
ictus__net_read_spikes (ictus_net *net, int pop)
{
  const ictus_exp_population *conf = net->pop[pop].conf;
  reading r = { .net = net, .pop = pop };
  ictus_text path = { 0 };
  ictus_err e = ICTUS_OK;

  if (net->exp->conf == NULL)
    ictus_text_add (&path, "%s", conf->spike_file);
  else
    ictus_conf_resolve (net->exp->conf, conf->spike_file, &path);
  ICTUS_GO (ictus_comm_agree (net->comm, path.failed ? ICTUS_E_NOMEM : ICTUS_OK));
  r.path = path.s;
  e = read_any (&r);
  if (e == ICTUS_E_IO && conf->node != NULL)
    {
      const ictus_node *at = ictus_node_find (conf->node, "spike_file");

      ictus_node_fail (at == NULL ? conf->node : at, e, "%s", ictus_err_last ());
    }
  ICTUS_GO (e);
  if (r.list.n > 1)
    qsort (r.list.s, r.list.n, sizeof *r.list.s, compare_spikes);
  net->group[pop].replay.s = r.list.s;
  net->group[pop].replay.n = r.list.n;
  r.list.s = NULL;
done:
  ictus_free (r.list.s);
  ictus_text_clear (&path);
  return e;
}

/* ---- windows ------------------------------------------------------------------------------------ */

static size_t
after (const ictus__replay *r, double t_ms) /* number of spikes at or before t */
{
  size_t lo = 0, hi = r->n;

  while (lo < hi)
    {
      size_t mid = lo + (hi - lo) / 2;

      if (r->s[mid].t_ms <= t_ms)
        lo = mid + 1;
      else
        hi = mid;
    }
  return lo;
}

ictus_err
ictus_net_replay (ictus_net *net, int pop, double t0_ms, double t1_ms, ictus_spikes *out)
{
  const ictus__replay *r = &net->group[pop].replay;

  for (size_t k = after (r, t0_ms), end = after (r, t1_ms); k < end; ++k)
    ICTUS_TRY (ictus_spikes_add (out, r->s[k].t_ms, r->s[k].gid));
  return ICTUS_OK;
}
