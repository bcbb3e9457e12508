/* SPDX-License-Identifier: BSD-3-Clause */
/* Files as XPPAUT reads them: lines, declarations, arrays, blocks, files within files. What is expected was measured with
   XPPAUT 6.11b. */
#include <stdlib.h>
#include <unistd.h>

#include "lang_file.h"

static const ictus_lang_kind STATE = ICTUS_LANG_STATE, PAR = ICTUS_LANG_PAR, AUX = ICTUS_LANG_AUX;

static bool
is_xpp (const char *text)
{
  ictus_lang *l = parse_file (text);
  bool xpp = ictus_lang_get_settings (l)->xpp;

  end_file (&l);
  return xpp;
}

START_TEST (a_file_is_xppauts_unless_it_has_a_statement_of_our_own)
{
  static const char *const own[]
      = { "x'=-x\ntitle T\n", "x'=-x\n  SOURCE a paper\n", "x'=-x\ninput u=0\n", "x'=-x\nport ex: x += w\n",
          "x'=-x\nspike x>=1\n", "x'=-x\nspike (x)>=1\n", "x'=1\nspike x>=1\nreset x=0\n", "shows that it decays\nx'=-x\n",
          "x'=-x\nexpect rest 0 0\n", "x'=-x\nspike x>1\nrefractory (2)\n" };
  static const char *const theirs[]
      = { "x'=-x\n", "title=3\nx'=-x*title\n", "input'=-1\n", "x'=-x\nport=2\n", "spike(v)=heav(v)\nx'=spike(x)\n",
          "reset = 2\nx'=reset\n", "x'=-x\ndone\ntitle T\n", "x'=-x\nd\nsource S\n", "x'=-x\n# title T\n",
          "x'=1+\\\nsource \\\n+1\nsource=1\n", "expect(a)=a\nx'=expect(2)\n", "port a=1, b=2\nx'=a\n", "x'=titles\ntitles=2\n" };

  for (size_t k = 0; k < sizeof own / sizeof *own; ++k)
    ck_assert_msg (!is_xpp (own[k]), "%s", own[k]);
  for (size_t k = 0; k < sizeof theirs / sizeof *theirs; ++k)
    ck_assert_msg (is_xpp (theirs[k]), "%s", theirs[k]);
}
END_TEST

START_TEST (an_ordinary_file_is_read)
{
  ictus_lang *l = parse_file ("# a comment\n\"more text\n\"{a=3} an action\nPAR a=2, B=.5 c=-1.e-3\ninit x=1,y=-2\n\ndx/dt=a*f(x,y)-z\nY'=b*c\n"
                              "z=x+y\nf(u,v)=u-v\n!d=a*B\naux q=x*d\nnumber n=1e+2\n@ total=5\ndone\nthis is not read\n");

  ck_names (l, STATE, "x Y");
  ck_names (l, PAR, "a B c n");
  ck_names (l, AUX, "q");
  ck_assert (value_of (l, PAR, "b") == 0.5 && value_of (l, PAR, "C") == -1e-3 && value_of (l, PAR, "n") == 100);
  ck_assert (value_of (l, STATE, "x") == 1 && value_of (l, STATE, "y") == -2);
  ck_assert_int_eq (count_notes (l), 0);
  ck_assert_int_eq (ictus_lang_get (l, STATE, 1)->line, 8);
  end_file (&l);
}
END_TEST

START_TEST (line_ends_blanks_and_what_is_missing_do_not_matter)
{
  static const char *const same[] = {
    "par a=2\r\nx'=a*y\r\ny'=-x\r\ninit x=3\r\n@ dt=.1\r\ndone\r\n", "par a=2\rx'=a*y\ry'=-x\rinit x=3\r@ dt=.1\rdone\r",
    "\xef\xbb\xbfpar\ta=2\f\nx'\t=a*y\n\ty' =  -x\n\tinit\t x=3\t\n@ dt=.1", "\n\n  par a=2\n   dx/dt = a * y\n  dY/dT=-x\nI x=3\n@ dt=.1\nD",
    "P a = 2\nX'=A*Y\ndy/dt=-X\nX(0)=3\n@ DT=.1\nDONE\n", "par a=\\\n2\nx'=\\\na*\\  \ny\ny'=-x\ninit x\\\n=3\n@ dt=\\\n.1\ndone",
    "par a=2,\nx'=a*y # units of nothing\ny'=-x # b\\ar\n  by the backslash this is comment\ninit ,x=3;\n@ dt=.1\n"
  };

  for (size_t k = 0; k < sizeof same / sizeof *same; ++k)
    {
      ictus_lang *l = parse_file (same[k]);

      ck_assert_int_eq (ictus_lang_count (l, STATE), 2);
      ck_assert_int_eq (ictus_lang_count (l, PAR), 1);
      ck_assert (value_of (l, PAR, "a") == 2 && value_of (l, STATE, "x") == 3 && value_of (l, STATE, "y") == 0);
      ck_assert (ictus_lang_get_settings (l)->dt == 0.1);
      end_file (&l);
    }
}
END_TEST

START_TEST (keywords_are_known_by_their_first_letters)
{
  ictus_lang *l = parse_file ("params a=1\np b=2\nnum c=3\nn d=4\ninitial x=5\ni y=6\nweiner w\nauxiliary q=x\nauxil r=y\n"
                              "glob 1 {x-7} {x=0}\nmarkov z 2\n{0} {1}\n{2} {0}\ntabl f % 3 0 2 t\nx'=w+f(x)\ny'=z\n"
                              "lots of things\nfoo bar\nprint k=1\n");

  ck_names (l, STATE, "x y z");
  ck_names (l, PAR, "a b c d k");
  ck_names (l, AUX, "q r");
  ck_assert (value_of (l, STATE, "y") == 6);
  ck_assert_int_eq (ictus_lang_get (l, STATE, 2)->markov, 2);
  ck_note (l, ICTUS_LANG_READING, 7, 1, "'weiner' is read as 'wiener'");
  ck_note (l, ICTUS_LANG_READING, 19, 1, "'print' is read as 'parameters'");
  ck_note (l, ICTUS_LANG_UNKNOWN, 17, 1, "this line is passed over");
  ck_assert_int_eq (count_notes (l), 4);
  end_file (&l);
}
END_TEST

START_TEST (blanks_decide_what_a_line_is)
{
  ictus_lang *l = parse_file ("x'=1\nk '=2\ny (0)=3\nlabel f 1\nx ( 0 )=2\nx( 0 ) = 4\nf( a , b ) = a+b\nq = f(1, 2)\naux r = q\n");

  ck_names (l, STATE, "x");
  ck_assert (value_of (l, STATE, "x") == 4);
  ck_note (l, ICTUS_LANG_UNKNOWN, 3, 1, "between 'y' and '('");
  ck_note (l, ICTUS_LANG_UNKNOWN, 5, 1, "between 'x' and '('");
  end_file (&l);
  l = parse_file ("u '=2\nx'=1\n");
  ck_names (l, STATE, "x");
  ck_note (l, ICTUS_LANG_UNKNOWN, 1, 1, "between 'u' and '''");
  end_file (&l);
}
END_TEST

START_TEST (a_word_in_d_ends_the_file)
{
  static const char *const end[] = { "done", "D", "do # it", "  DONE  ", "done\t" }, *const odd[] = { "default values", "d v/dt=1", "done x" };

  for (size_t k = 0; k < sizeof end / sizeof *end + sizeof odd / sizeof *odd; ++k)
    {
      bool usual = k < sizeof end / sizeof *end;
      char text[100];
      ictus_lang *l;

      snprintf (text, sizeof text, "x'=1\n%s\ny'=1\n", usual ? end[k] : odd[k - sizeof end / sizeof *end]);
      l = parse_file (text);
      ck_names (l, STATE, "x");
      ck_assert_int_eq (count_notes (l), usual ? 0 : 1);
      end_file (&l);
    }
}
END_TEST

START_TEST (values_are_the_numbers_that_they_begin_with)
{
  ictus_lang *l = parse_file ("par a=2*3, b, c=d, e=1.5mV,f=-.5e1 (g) h=inf # note\nx'=1\ny'=1\ninit x=2*3,y=a\n");

  ck_names (l, PAR, "a b c e f h");
  ck_assert (value_of (l, PAR, "a") == 2 && value_of (l, PAR, "b") == 0 && value_of (l, PAR, "c") == 0);
  ck_assert (value_of (l, PAR, "e") == 1.5 && value_of (l, PAR, "f") == -5 && value_of (l, PAR, "h") > 1e308);
  ck_assert (value_of (l, STATE, "x") == 2 && value_of (l, STATE, "y") == 0);
  ck_note (l, ICTUS_LANG_READING, 1, 7, "of '2*3' only the number 2 is read");
  ck_note (l, ICTUS_LANG_READING, 1, 12, "'b' has no value");
  ck_note (l, ICTUS_LANG_READING, 1, 17, "'d' is no number");
  ck_note (l, ICTUS_LANG_READING, 1, 36, "'(g)' is no name");
  ck_note (l, ICTUS_LANG_READING, 4, 14, "'a' is no number and is read as 0");
  end_file (&l);
}
END_TEST

START_TEST (the_last_initial_value_counts_and_formulas_are_the_past)
{
  ictus_lang *l = parse_file ("x'=0\ny'=0\nz'=0\nu[1..3]'=0\nv[1..3]'=0\npar a=3\ninit x=1,x=2\nx(0)=5\ny(0)=7\ninit y=8\nz(0)=2*a+t\n"
                              "u[1..3](0)=a*[j]+1\ninit u1=9\nv[2](0)=4\n");

  ck_assert (value_of (l, STATE, "x") == 5 && value_of (l, STATE, "y") == 8 && value_of (l, STATE, "z") == 2);
  ck_assert (value_of (l, STATE, "u1") == 4 && value_of (l, STATE, "u3") == 10 && value_of (l, STATE, "v2") == 0);
  ck_note (l, ICTUS_LANG_READING, 11, 6, "'z' starts at 2, as in XPPAUT");
  ck_note (l, ICTUS_LANG_READING, 14, 1, "this initial value is passed over");
  end_file (&l);
  l = parse_file ("x'=1\ny'=1\nx(0)=.5,y(0)=.3 and nonsense\n"); /* nothing looks at the past */
  ck_assert (value_of (l, STATE, "x") == 0.5 && value_of (l, STATE, "y") == 0);
  end_file (&l);
  ck_message ("x'=delay(x,1)\nx(0)=.5,y(0)=.3\n", "2:8: expected an operator here");
}
END_TEST

START_TEST (arrays_are_written_out)
{
  ictus_lang *l = parse_file ("x[1..3]'=-x[j]+x[j+1]+a[j]*x[j-1]\nx[0]'=0\nx[4]'=[2]\npar a[1..3]=.5\np c[7]=2\ninit x[1..3]=[j]\n"
                              "y[2..0]'=y[J]*x[j*2]\naux s[1..2]=x[ j ]+x[ j + 1 ]\nf[1..2](u)=u*[j]\nq=f2(x1)+x[3]\nw[1..2]=f[j](2)\n"
                              "wiener n[1..2]\nglobal 1 {x[1..2]-1} {x[j]=0}\nt0(r)=r\n");

  ck_names (l, STATE, "x1 x2 x3 x0 x4 y2 y1 y0");
  ck_names (l, PAR, "a1 a2 a3 c7");
  ck_names (l, AUX, "s1 s2");
  ck_assert (value_of (l, STATE, "x3") == 3 && value_of (l, PAR, "a3") == 0.5);
  end_file (&l);
}
END_TEST

START_TEST (only_the_last_range_of_a_line_is_repeated)
{
  ictus_lang *l = parse_file ("x[1..2]'=1\ny[1..2]'=2\ninit x[1..2]=1, y[1..2]=7\n");

  ck_assert (value_of (l, STATE, "x1") == 1 && value_of (l, STATE, "x2") == 0 && value_of (l, STATE, "y2") == 7);
  ck_note (l, ICTUS_LANG_READING, 3, 7, "'[1..2]' is read as 1");
  end_file (&l);
}
END_TEST

START_TEST (blocks_are_written_out_index_by_index)
{
  ictus_lang *l = parse_file ("%[1..2]\nx[j]'=[j]*x[j+1] # [mV] potential\n# a comment\n\ny[j]'=\\\n a[j]\nmarkov z[j] 2\n{0} {[j]}\n"
                              "{1} {0}\npar a[j]=3\n@ total=5\n%\nx3'=0\n% y'=3 is a comment\n%z'=3 too\n %[1..2] as well\n");

  ck_names (l, STATE, "x1 y1 x2 y2 x3 z1 z2");
  ck_names (l, PAR, "a1 a2");
  ck_assert_str_eq (ictus_lang_get (l, STATE, 2)->unit, "mV");
  ck_assert_int_eq (ictus_lang_get (l, STATE, 2)->line, 2);
  ck_assert_int_eq (ictus_lang_get (l, STATE, 6)->markov, 2);
  end_file (&l);
}
END_TEST

START_TEST (markov_variables_stand_behind_the_equations)
{
  ictus_lang *l = parse_file ("markov z[1..2] 3\n{0} {[j]} {0} more\n\n{a} {0}{x}\n# rows\n{ 1 } { 2 } {0}\nx'=z1\npar a=2\nmarkov c 2\n"
                              "{0} {a}\n{1} {0}\ny'=c\ninit z1=2,c=1\n");

  ck_names (l, STATE, "x y z1 z2 c");
  ck_assert (value_of (l, STATE, "z1") == 2 && value_of (l, STATE, "c") == 1);
  ck_assert_int_eq (ictus_lang_get (l, STATE, 3)->markov, 3);
  ck_assert_int_eq (ictus_lang_get (l, STATE, 0)->markov, 0);
  end_file (&l);
}
END_TEST

START_TEST (parameters_that_an_event_changes_become_hidden_states)
{
  ictus_lang *l = parse_file ("x'=a*b\npar a=1,c=4\n!b=2*a\n!d=3*c\nmarkov z 2\n{0} {d}\n{1} {0}\nglobal +1 x - .5 { x = 0 ; a=a+1;out_put=1 ; arret=0}\n"
                              "global 0{t-2}{c=c+1}\n");
  const ictus_lang_var *a;

  ck_names (l, STATE, "x z a c");
  ck_names (l, PAR, "a c");
  a = ictus_lang_get (l, STATE, 2);
  ck_assert (a->hidden && a->value == 1 && !ictus_lang_get (l, STATE, 1)->hidden);
  ck_assert (ictus_lang_classify (l).events);
  end_file (&l);
}
END_TEST

START_TEST (events_are_read_with_any_spacing)
{
  static const char *const forms[] = { "global 1 x-.5 {x=0;y=y+1}", "global 1 {x-.5} x=0;y=y+1}", "G +1{x-.5}{x=0;y=(y+1);}",
                                       "global  1  { x-.5 }  { x = 0 ; y = y+1 } # done", "glo 1\tx-.5\t{x=0;y=max(y,1)+1}" };

  for (size_t k = 0; k < sizeof forms / sizeof *forms; ++k)
    {
      char text[200];
      ictus_lang *l;

      snprintf (text, sizeof text, "x'=1\ny'=0\n%s\n", forms[k]);
      l = parse_file (text);
      ck_assert (ictus_lang_classify (l).events);
      ck_assert_int_eq (count_notes (l), 0);
      end_file (&l);
    }
}
END_TEST

START_TEST (maps_are_iterated)
{
  ictus_lang *l = parse_file ("x(t+1)=a*x*(1-x)\ny( T + 1 ) = x\nf(t)=3*t\npar a=3\n");

  ck_names (l, STATE, "x y");
  ck_assert (ictus_lang_classify (l).map);
  ck_assert_int_eq (ictus_lang_get_settings (l)->method, 'd');
  end_file (&l);
}
END_TEST

START_TEST (what_says_nothing_here_gets_one_note)
{
  ictus_lang *l = parse_file ("options a.opt\nx'=1\nbdry x-1\nb x'-2\nonly x, t # y\ngroup g 2\nthis is part one\ny'=2\nexport {x} {y}\nset s {x=1}\noptions b.opt\n");

  ck_names (l, STATE, "x");
  ck_note (l, ICTUS_LANG_IGNORED, 1, 1, "options");
  ck_assert_str_eq (ictus_lang_only_at (l, 0), "x");
  ck_assert_str_eq (ictus_lang_only_at (l, 1), "t");
  ck_assert_ptr_null (ictus_lang_only_at (l, 2));
  ck_note (l, ICTUS_LANG_IGNORED, 6, 1, "group");
  ck_note (l, ICTUS_LANG_NOTDONE, 3, 1, "the boundary condition is not honoured");
  ck_note (l, ICTUS_LANG_NOTDONE, 9, 1, "export");
  ck_assert_int_eq (count_notes (l), 5);
  end_file (&l);
}
END_TEST

START_TEST (names_of_aux_may_have_any_characters)
{
  ictus_lang *l = parse_file ("x'=1\naux P.E.=x\naux I_K (nA) = 2*x\naux x=3*x\naux q=1\n");

  ck_names (l, AUX, "P.E. I_K (nA) x_aux q");
  ck_note (l, ICTUS_LANG_READING, 4, 5, "recorded as 'x_aux'");
  end_file (&l);
}
END_TEST

START_TEST (names_of_our_own_functions_are_free)
{
  ictus_lang *l = parse_file ("x'=ceil(x)+vtrap(x,1)+pow\nceil(u)=u\nvtrap(a,b)=a*b\npar pow=3\n");

  ck_names (l, PAR, "pow");
  end_file (&l);
}
END_TEST

START_TEST (mistakes_have_their_place)
{
  static const char *const wrong[][2] = {
    { "x'=1\n0=x-y\n", "2:1: an algebraic constraint (0=...)" },
    { "x'=1\nsolv y=1\n", "2:1: 'solv' declares the unknown of an algebraic constraint" },
    { "volt x=1\n", "1:1: 'volt' declares an integral (Volterra) equation" },
    { "x'=1\nx(t)=1+int{exp(-t)#x}\n", "2:8: the integral int{...}" },
    { "x'=1\ny'=int [.5]{x}\n", "2:4: the integral int[...}" },
    { "x[1..3]'=x[j+1]\n", "1:10: unknown name 'x4'" },
    { "x'=x[j]\n", "1:5: [j] stands in no array" },
    { "x[1..3]'=x[j\n", "1:11: missing ']' for this '['" },
    { "x[1..3'=x\n", "1:2: missing ']' for this '['" },
    { "x[1..3]'=x[k]\n", "1:11: expected [j], [j+n]" },
    { "x[1..3]'=x[j/2]\n", "1:11: expected [j], [j+n]" },
    { "x[1..3]'=x[j*2+1]\n", "1:11: one operation and a number" },
    { "x[1..99999999999]'=1\n", "1:2: the indices of this array are too large" },
    { "x[1..9]'=x[j*999999999]\n", "1:11: this index is too large" },
    { "x'=1\n%[1..2]\ny[j]'=1\n", "2:1: the block that begins here has no end" },
    { "x[1..2]'=1\n\ny'=1\\\n +x1 \\\n +zz\n", "5:3: unknown name 'zz'\n    5 |  +zz\n      |   ^~" },
    { "x[1..2]'=1\nx[2..3]'=1\n", "2:1: 'x2' is declared twice, first in line 1 (where j is 2)" },
    { "%[1..2]\nx[j]'=1\ny[j]'=nn\n%\n", "3:7: unknown name 'nn'" },
    { "x'=1\nmarkov z\n", "2:9: expected the number of values here, 2 to 50" },
    { "x'=1\nmarkov z 1\n{1}\n", "2:10: expected the number of values here" },
    { "x'=1\nmarkov z 2\n{1}\n", "2:1: the file ends before the 2 rows" },
    { "x'=1\nmarkov z 2\n{0} {1}\n{1} 0\n", "4:5: expected '{': a row of rates has 2 expressions in braces, here are 1" },
    { "x'=1\nmarkov z 2\n{0} {1\n{1} {0}\n", "3:7: missing '}' behind this rate" },
    { "x'=1\nmarkov z 2\n{} {1}\n{1} {0}\n", "3:2: expected a rate here" },
    { "x'=1\nglobal {x} {x=1}\n", "2:8: expected the direction here, 1 (upwards)" },
    { "x'=1\nglobal 3 x {x=1}\n", "2:8: expected 1, -1 or 0 here" },
    { "x'=1\nglobal 1 {} {x=1}\n", "2:11: expected a condition here" },
    { "x'=1\nglobal 1 x-1\n", "2:13: expected '{' and what happens here" },
    { "x'=1\nglobal 1 x-1 {}\n", "2:15: expected what happens" },
    { "x'=1\nglobal 1 x-1 {yy=1}\n", "2:15: " },
    { "x'=1\nglobal 1 x-1 {arret=x}\n", "2:21: expected a number here" },
    { "x'=1\nfoo/bar\n", "2:4: expected an equation" },
    { "x'=1\ntable f % 1 0 1 t\n", "2:11: expected the number of values here" },
    { "x'=1\ntable f % 11 2 1 t\n", "2:14: the first argument of the table, 2, is not below the last, 1" },
    { "x'=1\ntable f % 11 0 b t\n", "2:9: expected the last argument here" },
    { "x'=1\ntable f % 11 0 1\n", "2:17: expected a formula in t here" },
    { "x'=1\ntable f no-such-file.tab\n", "2:9: there is no file 'no-such-file.tab' in the folder of the model" },
    { "x'=1\n#include no-such-file\n", "2:10: there is no file 'no-such-file'" },
    { "x'=1\ntable f @ a\n", "2:9: tables of two arguments" },
    { "x'=1\nspecial k conv(even)\n", "2:11: expected '=' behind the name" },
    { "x'=1\nspecial k=conv(even,(1)\n", "2:24: missing ')' behind the arguments" },
    { "x'=1\ninit y=2\n", "2:6: 'y' has an initial value but no equation" },
    { "x'=1\nx'=2\n", "2:1: 'x' is declared twice, first in line 1" },
    { "x'=1\npar a=1,b=2,a=3\n", "2:13: 'a' is declared twice" },
    { "x'=1\npar sin=1\n", "2:5: 'sin' cannot be declared" },
    { "2\nv x=1\no -y\nd\n", "3:6: unknown name" },
    { "x'=1\naux y\n", "2:6: expected '=' behind the name" },
    { "x'=1\nx(0)=\n", "2:6: expected a number or a formula here" },
    { "par a=1\n", "1: the model has no equation" },
  };

  for (size_t k = 0; k < sizeof wrong / sizeof *wrong; ++k)
    ck_message (wrong[k][0], wrong[k][1]);
}
END_TEST

/* ---- other files ------------------------------------------------------------------------------------------ */

static char folder[200];

static void
make_folder (void)
{
  const char *tmp = getenv ("TMPDIR");

  snprintf (folder, sizeof folder, "%s/ictus-xpp-XXXXXX", tmp != NULL ? tmp : "/tmp");
  ck_assert_ptr_nonnull (mkdtemp (folder));
}

static void
put (const char *name, const char *text)
{
  char path[300];

  snprintf (path, sizeof path, "%s/%s", folder, name);
  ck_assert_int_eq (ictus_file_write (path, text, strlen (text)), ICTUS_OK);
}

static void
drop (const char *const *name)
{
  for (; *name != NULL; ++name)
    {
      char path[300];

      snprintf (path, sizeof path, "%s/%s", folder, *name);
      ck_assert_int_eq (unlink (path), 0);
    }
  ck_assert_int_eq (rmdir (folder), 0);
}

/* Parses the text as a file of the folder; the message, or "". */
static const char *
parse_there (const char *text, ictus_lang **l)
{
  char path[300];

  snprintf (path, sizeof path, "%s/m.ode", folder);
  return ictus_lang_parse (path, text, l) == ICTUS_OK ? "" : ictus_err_last ();
}

START_TEST (files_are_included)
{
  static const char *const files[] = { "one.inc", "two.inc", "self.inc", "bad.inc", NULL };
  char want[400];
  ictus_lang *l;
  uint64_t stamp;

  make_folder ();
  put ("one.inc", "par a=1\r\n#include \"two.inc\"\r\ny'=a\r\n#done\r\nthis is not read\r\n");
  put ("two.inc", "par b=2\n@ dt=.5\ndone\nneither is this");
  put ("self.inc", "#include self.inc\n");
  put ("bad.inc", "par c=3\n\ny'=c+\\\n nothere\n");
  ck_assert_str_eq (parse_there ("x'=a*b\n  #include one.inc\nz'=1\ndone\n", &l), "");
  ck_names (l, STATE, "x y z");
  ck_names (l, PAR, "a b");
  ck_assert (ictus_lang_get_settings (l)->dt == 0.5);
  stamp = ictus_lang_stamp (l);
  ck_assert_uint_ne (stamp, 0);
  end_file (&l);
  put ("two.inc", "par b=3\n");
  ck_assert_str_eq (parse_there ("x'=a*b\n#include one.inc\nz'=1\ndone\n", &l), "");
  ck_assert_uint_ne (stamp, ictus_lang_stamp (l));
  end_file (&l);
  ck_assert (strstr (parse_there ("x'=1\n#include self.inc\n", &l), "more than 8 deep") != NULL);
  snprintf (want, sizeof want, "%s/bad.inc:4:2: unknown name 'nothere'\n    4 |  nothere", folder);
  ck_assert_msg (strncmp (parse_there ("x'=1\n#include bad.inc\n", &l), want, strlen (want)) == 0, "%s",
                 ictus_err_last ());
  ck_assert_uint_eq (ictus_mem_live (), 0);
  drop (files);
}
END_TEST

START_TEST (tables_are_read_from_files)
{
  static const char *const files[] = { "a.tab", "steps.tab", "short.tab", "odd name.tab", NULL };
  char want[400];
  ictus_lang *l;

  make_folder ();
  put ("a.tab", "3\r\n0 is the first\n 2.5e0\n1\n-2\n.5\n");
  put ("steps.tab", "i3\n0\n1\n1\n2\n3\n");
  put ("short.tab", "4\n0\n1\n1\n2\n\n");
  put ("odd name.tab", "2\n-1\n1\n1\n2");
  ck_assert_str_eq (parse_there ("x'=f(x)+g(x)+h(x)\ntable f a.tab # measured\ntable g  steps.tab\ntable h \"odd name.tab\"\n", &l), "");
  ck_assert_uint_ne (ictus_lang_stamp (l), 0);
  end_file (&l);
  snprintf (want, sizeof want, "%s/short.tab:6:1: expected a value of the table here, one a line", folder);
  ck_assert_msg (strncmp (parse_there ("x'=1\ntable f short.tab\n", &l), want, strlen (want)) == 0, "%s",
                 ictus_err_last ());
  ck_assert_uint_eq (ictus_mem_live (), 0);
  drop (files);
}
END_TEST

/* ---- our own dialect -------------------------------------------------------------------------------------- */

START_TEST (all_of_this_is_in_our_own_dialect_too)
{
  ictus_lang *l = parse_file ("title T [1..3] # not of the title\nshows this\nshows and that\nexpect period 3.5 1e-3\nexpect rest v=-65\nx[1..2]'=a*x[j]*(1<2+x1)+w\n"
                              "par a=2*3 # [nS] conductance\nwiener w\nmarkov z 2\n{0} {a}\n{1} {0}\nglobal 1 {x1-1} {x1=0; a=a+1}\n"
                              "table f % 3 0 2 t^2\n%[1..2]\ny[j]'=f(x[j])\n%\nset s {a=3}\n# \\ continues nothing\ninit x[1..2]=2*[j]\n");

  ck_assert_str_eq (ictus_lang_title (l), "T [1..3]");
  ck_assert_str_eq (ictus_lang_shows (l), "this; and that");
  ck_assert_str_eq (ictus_lang_expect_at (l, 0)->text, "period 3.5 1e-3");
  ck_assert_int_eq (ictus_lang_expect_at (l, 1)->line, 5);
  ck_assert_ptr_null (ictus_lang_expect_at (l, 2));
  ck_names (l, STATE, "x1 x2 y1 y2 z a");
  ck_names (l, PAR, "a");
  ck_assert (value_of (l, PAR, "a") == 6);
  ck_assert_str_eq (ictus_lang_get (l, PAR, 0)->unit, "nS");
  end_file (&l);
  ck_message ("title T\nx'=1\nfoo bar\n", "3:1: unknown statement 'foo'");
  ck_message ("title T\nx'=1\nwienr w\n", "3:1: unknown statement 'wienr'; did you mean 'wiener'?");
  ck_message ("title T\nx'=1\nglobal 1 {x-1} {x=0\n", "3:20: expected ';' or '}' here");
  ck_message ("title T\nx'=1\nmarkov z 2\n{0} {1}\n{1} {0} more\n", "5:9: expected the end of the line here");
  ck_message ("title T\nx'=x \\ \n+1 \\ 2\n", "3:4: illegal character '\\'");
}
END_TEST

/* ---- limits ------------------------------------------------------------------------------------------------ */

/* Nothing may take long, however the text is made. */
START_TEST (large_texts_are_read_or_refused_quickly)
{
  static const struct { const char *before, *again, *after, *want; } large[] = {
    { "x[1..100000000]'=1\n", "", "", "too large" },
    { "", "x[1..1000]'=[j][j][j][j]\n", "", "" },
    { "x'=1\n%[1..1000000]\n", "# nothing\n", "%\n", "" },
    { "x'=1\n%[1..1000000000]\n", "", "@ total=1\n%\n", "too large" },
    { "x'=1\n", "foo bar\n", "", "" },
    { "x'=1\n", "@ a b=1 nplot=2\n", "", "" },
    { "x'=0", "\\\n+x", "\n", "" },
    { "x'=0", "+x[1]\\\n", "\nx1=2\n", "" },
    { "x'=", "(", "\n", "" },
    { "x'=1\n", "[", "\n", "" },
    { "x'=1\n", "..", "\n", "" },
    { "x'=1\ny=", "[1..2]", "\n", "" },
    { "x'=1\n", "#include a\n", "", "" },
    { "x'=1\npar ", "a,", "\n", "" },
    { "x'=1\npar b=", "1", "\n", "" },
    { "x'=1\nset a {", "b=1,", "}\n", "" },
    { "x'=1\nglobal 1 x {", "x=1;", "}\n", "" },
    { "x'=1\nmarkov z 2\n", "{", "\n{0}{1}\n", "" },
    { "", "init x=1\nx(0)=2\n", "x'=1\n", "" },
    { "x'=1\n", "%[1..2]\n", "", "" },
    { "x'=1\naux ", "a", "=1\n", "" },
  };

  for (size_t k = 0; k < sizeof large / sizeof *large; ++k)
    {
      ictus_text t = { 0 };
      ictus_lang *l = NULL;

      ictus_text_add (&t, "%s", large[k].before);
      for (size_t n = 0; *large[k].again != '\0' && t.len < 1000000; ++n)
        ictus_text_add (&t, "%s", large[k].again);
      ictus_text_add (&t, "%s", large[k].after);
      if (ictus_lang_parse ("dir/m.ode", t.s, &l) == ICTUS_OK)
        ck_assert_str_eq (large[k].want, "");
      else
        ck_assert_msg (strncmp (ictus_err_last (), "dir/m.ode:", 10) == 0 && strstr (ictus_err_last (), large[k].want) != NULL,
                       "%zu: %.300s", k, ictus_err_last ());
      ictus_text_clear (&t);
      ictus_lang_destroy (&l);
      ck_assert_uint_eq (ictus_mem_live (), 0);
    }
}
END_TEST

START_TEST (notes_are_limited)
{
  ictus_text t = { 0 };
  ictus_lang *l;

  ictus_text_add (&t, "x'=1\n");
  for (int k = 0; k < 3000; ++k)
    ictus_text_add (&t, "foo %d\n", k);
  l = parse_file (t.s);
  ck_assert_int_eq (count_notes (l), 1000);
  ck_assert (note_with (l, ICTUS_LANG_UNKNOWN, "there is more to be said") != NULL);
  ictus_text_clear (&t);
  end_file (&l);
}
END_TEST

int
main (void)
{
  Suite *s = suite_create ("lang_xpp");
  TCase *t = tcase_create ("all");
  SRunner *r = srunner_create (s);
  int failed;

  tcase_set_timeout (t, 60);
  tcase_add_test (t, a_file_is_xppauts_unless_it_has_a_statement_of_our_own);
  tcase_add_test (t, an_ordinary_file_is_read);
  tcase_add_test (t, line_ends_blanks_and_what_is_missing_do_not_matter);
  tcase_add_test (t, keywords_are_known_by_their_first_letters);
  tcase_add_test (t, blanks_decide_what_a_line_is);
  tcase_add_test (t, a_word_in_d_ends_the_file);
  tcase_add_test (t, values_are_the_numbers_that_they_begin_with);
  tcase_add_test (t, the_last_initial_value_counts_and_formulas_are_the_past);
  tcase_add_test (t, arrays_are_written_out);
  tcase_add_test (t, only_the_last_range_of_a_line_is_repeated);
  tcase_add_test (t, blocks_are_written_out_index_by_index);
  tcase_add_test (t, markov_variables_stand_behind_the_equations);
  tcase_add_test (t, parameters_that_an_event_changes_become_hidden_states);
  tcase_add_test (t, events_are_read_with_any_spacing);
  tcase_add_test (t, maps_are_iterated);
  tcase_add_test (t, what_says_nothing_here_gets_one_note);
  tcase_add_test (t, names_of_aux_may_have_any_characters);
  tcase_add_test (t, names_of_our_own_functions_are_free);
  tcase_add_test (t, mistakes_have_their_place);
  tcase_add_test (t, files_are_included);
  tcase_add_test (t, tables_are_read_from_files);
  tcase_add_test (t, all_of_this_is_in_our_own_dialect_too);
  tcase_add_test (t, large_texts_are_read_or_refused_quickly);
  tcase_add_test (t, notes_are_limited);
  suite_add_tcase (s, t);
  srunner_run_all (r, CK_ENV);
  failed = srunner_ntests_failed (r);
  srunner_free (r);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
