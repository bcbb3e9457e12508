/* SPDX-License-Identifier: BSD-3-Clause */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "ictus/lang.h"

/* The message begins with "dir/m.ode:" and the text given. */
static const struct { const char *text, *message; } wrong[] = {
  /* names */
  { "par g_L=1\nx'=-gL*x", "2:5: unknown name 'gL'; did you mean 'g_L'?\n    2 | x'=-gL*x\n      |     ^~" },
  { "x'=-x\ninit x=1/zz", "2:10: unknown name 'zz'" },
  { "x'=ex(x)", "1:4: unknown function 'ex'; did you mean 'exp'?" },
  { "myfun(a)=a\nx'=myfum(x)", "2:4: unknown function 'myfum'; did you mean 'myfun'?" },
  { "f(aa)=ab*2\nx'=f(x)", "1:7: unknown name 'ab'; did you mean 'aa'?" },
  { "f(a)=a*undefd\nx'=-x", "1:8: unknown name 'undefd'" },
  { "s=undefd\nx'=-x", "1:3: unknown name 'undefd'" },
  { "aux s=undefd\nx'=-x", "1:7: unknown name 'undefd'" },
  { "x'=-x\naux q=x\ny'=q", "3:4: 'q' is an aux, which is only recorded" },
  { "x'=-x\naux X=2*x", "2:5: 'X' is a state, which can be recorded as it is; the aux needs another name" },
  { "x'=-w", "1:5: unknown name 'w': the weight of an event is known in 'port' only" },
  { "x'=x(2)", "1:4: 'x' is no function" },
  { "par a=1\nx'=-x\nA=3", "3:1: 'A' is declared twice, first in line 1 (upper and lower case are the same)" },
  { "x'=-x\nx'=x", "2:1: 'x' is declared twice, first in line 1\n" },
  { "x'=-x\nport x: x+=w\nport X: x+=w", "3:6: 'X' is declared twice" },
  { "par exp=1\nx'=-x", "1:5: 'exp' cannot be declared: it is a function of the language" },
  { "par t=1\nx'=-x", "1:5: 't' cannot be declared: it is the time" },
  { "x'=-x\npi=3", "2:1: 'pi' cannot be declared" },
  { "par a123456789012345678901234567890123456789012345678901234567890123=1\nx'=1", "1:5: this name has 64 characters; 63 are allowed" },
  /* functions */
  { "f(a,b)=a*b\nx'=f(x)", "2:4: 'f' needs 2 arguments, 1 given" },
  { "x'=exp(x,2)", "1:4: 'exp' needs 1 argument, 2 given" },
  { "x'=exp()", "1:8: 'exp' needs 1 argument, none given" },
  { "x'=exp*x", "1:4: 'exp' is a function: expected 'exp(...)'" },
  { "f(a)=a\nx'=f+1", "2:4: 'f' is a function" },
  { "f(a)=f(a)+1\nx'=f(x)", "1:6: the function 'f' calls itself" },
  { "f(a,a)=a\nx'=f(x,x)", "1:5: this argument has the name of another one" },
  { "x'=atan2(x)", "1:4: 'atan2' needs 2 arguments, 1 given" },
  /* circles */
  { "a=b\nb=c*2\nc=a\nx'=a", "3:3: circular definition: a -> b -> c -> a" },
  { "a=a\nx'=x", "1:3: circular definition: a -> a" },
  /* syntax */
  { "x'=(x+1", "1:8: missing ')' for the '(' in column 4 of line 1" },
  { "x'=exp(x", "1:9: missing ')' for the '(' in column 7" },
  { "x'=x+1)", "1:7: ')' without '('" },
  { "x'=x+", "1:6: the expression ends here, where an operand is expected" },
  { "x'=", "1:4: the expression ends here" },
  { "x'=x $ 2", "1:6: illegal character '$'" },
  { "x'=x \xc3\xa4", "1:6: illegal character (byte 195)" },
  { "x'=2x", "1:5: expected an operator here" },
  { "x'=x y", "1:6: expected an operator here" },
  { "x'=x*/2", "1:6: expected a number, a name or '(' here" },
  { "x'=if(x>1)then(2)", "1:18: expected 'else(...)' here" },
  { "x'=if x>1", "1:7: expected '(' behind 'if'" },
  { "x'=then", "1:4: 'then' without 'if'" },
  { "x'=x=2", "1:5: '=' inside an expression; equality is written '=='" },
  { "x'=!x", "1:4: '!' is written not(...)" },
  { "x''=x", "1:3: equations are of first order" },
  { "x' = 1e999", "1:6: the number '1e999' is too large" },
  { "x'=-x \\\n  + (y", "2:6: unknown name 'y'" },
  /* statements */
  { "parm a=1\nx'=-x", "1:1: unknown statement 'parm'; did you mean 'par'?" },
  { "x'=-x\nspyke x>=1", "2:1: unknown statement 'spyke'; did you mean 'spike'?" },
  { "foo bar\nx'=-x", "1:1: unknown statement 'foo'; expected an equation" },
  { "=3\nx'=-x", "1:1: expected a statement or a name here" },
  { "", "1: the model has no equation" },
  { "par a=1", "1: the model has no equation" },
  { "par a=b, b=1\nx'=-x", "1:7: 'b' is a parameter; the default of a parameter is a constant" },
  { "x'=-x\npar a=x", "2:7: 'x' is a state; the default of a parameter is a constant" },
  { "par a=1/0\nx'=-x", "1:7: the default of 'a' is not a finite number" },
  { "par a 1\nx'=-x", "1:7: expected '=' behind the name" },
  { "par a=1,\nx'=-x", "1:9: expected a name here" },
  { "par a=1; b=2\nx'=-x", "1:8: expected ',' or the end of the line here" },
  { "input u=x\nx'=-x", "1:9: 'x' is a state; the default of an input is a constant" },
  { "!a=x*2\nx'=-x", "1:4: 'x' is a state; a derived parameter (!) depends on parameters only" },
  { "s=x\n!a=s\nx'=-x", "2:4: 's' depends on a state; a derived parameter" },
  /* initial values */
  { "x'=-x\ninit v=1", "2:6: 'v' has an initial value but no equation (v' = ...)" },
  { "V_m'=-1\ninit Vm=1", "2:6: init: 'Vm' is no state; did you mean 'V_m'?" },
  { "x'=-x\ny'=x\ninit y=x", "3:8: 'x' is a state; an initial value depends on parameters only" },
  { "x'=-x\ninit x=1\nx(0)=2", "3:1: a second initial value for this state" },
  /* events */
  { "par a=1\nx'=-x\nport e: a+=w", "3:9: port: 'a' is no state" },
  { "x'=-x\nport e: x+=w^2", "2:12: the jump of a port is not proportional to the weight w" },
  { "x'=-x\nport e: x+=w+1", "2:12: the jump of a port is not proportional to the weight w" },
  { "x'=-x\nport e: x+=abs(w)", "2:12: the jump of a port is not proportional to the weight w" },
  { "x'=-x\nport e: x+=3", "2:12: the jump of a port contains the weight w" },
  { "x'=-x\nport e: x+=w*x", "2:14: 'x' is a state; the jump of a port depends on parameters and the weight w only" },
  { "x'=-x\nport e: x=w", "2:10: expected '+=' here" },
  { "x'=-x\nport e x+=w", "2:8: expected ':' behind the name of the port" },
  { "x'=-x\nspike x", "2:8: expected '>=' here" },
  { "x'=-x\nspike x<=1", "2:8: the neuron fires where the left side rises above the right" },
  { "x'=-x\nspike 2>=1", "2:7: this never changes" },
  { "x'=-x\nspike x>=1\nspike x>=2", "3:1: a second 'spike'; the first is in line 2" },
  { "x'=-x\nreset x=0", "2:7: a reset without a 'spike' statement" },
  { "x'=-x\nspike x>=1\nreset y=0", "3:7: reset: 'y' is no state" },
  { "x'=-x\nspike x>=1\nreset x=0; x=1", "3:12: this state is reset twice" },
  { "x'=-x\nspike x>=1\nreset x=0 y=1", "3:11: expected ';' between assignments" },
  { "x'=-x\nspike x>=1\nrefractory x", "3:12: 'x' is a state; the refractory time depends on parameters only" },
  { "x'=-x\nspike x>=1\nrefractory 2 hold y", "3:19: hold: 'y' is no state" },
  { "x'=-x\nspike x>=1\nrefractory 2 hold", "3:18: expected the names of states behind 'hold'" },
  { "x'=-x\nrefractory 2", "2:1: refractory without a 'spike' statement" },
};

START_TEST (each_mistake_has_its_message_and_place)
{
  for (size_t k = 0; k < sizeof wrong / sizeof *wrong; ++k)
    {
      char want[600], text[800];
      ictus_lang *l = (ictus_lang *) (void *) want; /* anything but NULL */

      snprintf (text, sizeof text, "%s\ntitle T", wrong[k].text); /* a file in Ictus's own dialect */
      snprintf (want, sizeof want, "dir/m.ode:%s", wrong[k].message);
      ck_assert_msg (ictus_lang_parse ("dir/m.ode", text, &l) == ICTUS_E_INPUT, "accepted: %s",
                     wrong[k].text);
      ck_assert_msg (strncmp (ictus_err_last (), want, strlen (want)) == 0, "%s\ngives: %s\ninstead of: %s",
                     wrong[k].text, ictus_err_last (), want);
      ck_assert_ptr_null (l);
      ck_assert_uint_eq (ictus_mem_live (), 0);
    }
}
END_TEST

/* Parse; if that works, emit and show too. Nothing may crash, hang or stay in memory. */
static void
swallow (const char *text)
{
  ictus_lang *l;
  ictus_text out = { 0 };

  if (ictus_lang_parse ("x.ode", text, &l) == ICTUS_OK)
    {
      ck_assert_int_eq (ictus_lang_emit (l, "k", &out), ICTUS_OK);
      ictus_lang_show (l, &out);
      ictus_text_clear (&out);
      ictus_lang_destroy (&l);
    }
  else
    ck_assert_msg (strncmp (ictus_err_last (), "x.ode:", 6) == 0, "%s", ictus_err_last ());
  ck_assert_uint_eq (ictus_mem_live (), 0);
}

static const char good[] = "title T\npar a=1, b=2 # [mV] u\n!c=a*b\ninput u=0 # [pA]\nf(x,y)=x*exp(-y)+if(x>1)then(y)else(2)\n"
                           "s=f(v,a)^2 \\\n + u\nv'=0.1*(v+40)/(1-exp(-(v+40)/10))-s+mod(t,3)\ndm/dt=-m/c\ninit v=-65\n"
                           "m(0)=a/2\nport ex: v += a*w; m += w\nspike v >= b\nreset v=-65; m += 1\n"
                           "refractory b*2 hold v,m\naux q=v*m # [1] x\ndone\n";

START_TEST (every_beginning_of_a_good_model_is_survived)
{
  char text[sizeof good];

  swallow (good);
  for (size_t n = 0; n < sizeof good; ++n)
    {
      memcpy (text, good, n);
      text[n] = '\0';
      swallow (text);
    }
}
END_TEST

START_TEST (a_good_model_with_bytes_changed_is_survived)
{
  ictus_rng r = ictus_rng_open (1, ICTUS_RNG_TEST, 0, 0, 0);
  char text[sizeof good];

  for (int k = 0; k < 6000; ++k)
    {
      memcpy (text, good, sizeof good);
      for (uint64_t n = 1 + ictus_rng_below (&r, 4); n > 0; --n)
        {
          size_t at = ictus_rng_below (&r, sizeof good - 1);

          if (ictus_rng_below (&r, 2) == 0)
            text[at] = good[ictus_rng_below (&r, sizeof good - 1)];
          else
            text[at] = (char) (1 + ictus_rng_below (&r, 255));
        }
      swallow (text);
    }
}
END_TEST

START_TEST (random_words_are_survived)
{
  static const char *const words[]
      = { "x'",   "=",      "x",    "y'", "d",    "dx/dt", "(",     ")",          "+",     "-",
          "*",    "/",      "^",    "\n", "\n",   ",",     ";",     ":",          "+=",    "w",
          "par",  "p",      "init", "i",  "aux",  "port",  "spike", ">=",         "reset", "hold",
          "1",    "2.5",    "exp",  "if", "then", "else",  "f(x)",  "refractory", "title", "input",
          "!",    "&",      "|",    "#",  "[",    "]",     "\\\n",  "done",       "t",     "pi",
          "x(0)", "vtrap(", "max(", "'",  "\r\n", "\t",    "1e",    "not(",       "<",     "==" };
  ictus_rng r = ictus_rng_open (2, ICTUS_RNG_TEST, 0, 0, 0);
  char text[1000];

  for (int k = 0; k < 20000; ++k)
    {
      size_t n = 0;

      for (uint64_t m = ictus_rng_below (&r, 40); m > 0; --m)
        n += (size_t) snprintf (text + n, sizeof text - n, "%s%s", ictus_rng_below (&r, 3) == 0 ? " " : "",
                                words[ictus_rng_below (&r, sizeof words / sizeof *words)]);
      text[n] = '\0';
      swallow (text);
    }
}
END_TEST

START_TEST (what_is_too_deep_or_too_large_is_refused)
{
  ictus_text x = { 0 };
  ictus_lang *l;

  ictus_text_add (&x, "x'=");
  for (int k = 0; k < 100000; ++k)
    ictus_text_add (&x, "(");
  ck_assert_int_eq (ictus_lang_parse ("m.ode", x.s, &l), ICTUS_E_INPUT);
  ck_assert_msg (strstr (ictus_err_last (), "nested too deeply") != NULL, "%s", ictus_err_last ());
  ictus_text_clear (&x);
  ictus_text_add (&x, "x'=x");
  for (int k = 0; k < 20000; ++k)
    ictus_text_add (&x, "^-(2");
  ck_assert_int_eq (ictus_lang_parse ("m.ode", x.s, &l), ICTUS_E_INPUT);
  ictus_text_clear (&x);
  ictus_text_add (&x, "f0(x)=x*sin(x)\n"); /* 3^40 terms */
  for (int k = 1; k < 40; ++k)
    ictus_text_add (&x, "f%d(x)=f%d(x+1)+f%d(x+2)*f%d(x/3)\n", k, k - 1, k - 1, k - 1);
  ictus_text_add (&x, "x'=f39(x)\n");
  ck_assert_int_eq (ictus_lang_parse ("m.ode", x.s, &l), ICTUS_E_INPUT);
  ck_assert_msg (strstr (ictus_err_last (), "too large") != NULL, "%s", ictus_err_last ());
  ictus_text_clear (&x);
  ck_assert_uint_eq (ictus_mem_live (), 0);
}
END_TEST

int
main (void)
{
  Suite *s = suite_create ("lang_errors");
  TCase *c = tcase_create ("all");
  SRunner *r;
  int failed;

  tcase_set_timeout (c, 50);
  tcase_add_test (c, each_mistake_has_its_message_and_place);
  tcase_add_test (c, every_beginning_of_a_good_model_is_survived);
  tcase_add_test (c, a_good_model_with_bytes_changed_is_survived);
  tcase_add_test (c, random_words_are_survived);
  tcase_add_test (c, what_is_too_deep_or_too_large_is_refused);
  suite_add_tcase (s, c);
  r = srunner_create (s);
  srunner_run_all (r, CK_ENV);
  failed = srunner_ntests_failed (r);
  srunner_free (r);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
