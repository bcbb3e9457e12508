/* SPDX-License-Identifier: BSD-3-Clause */
#include "conf_check.h"

static double
factor (const char *from, const char *to)
{
  double f = NAN;
  ictus_err e = ictus_unit_factor (from, to, &f);

  ck_assert_msg (e == ICTUS_OK, "%s to %s: %s", from, to, e == ICTUS_OK ? "" : ictus_err_last ());
  return f;
}

static double
quantity (const char *text, const char *unit)
{
  double x = NAN;
  ictus_err e = ictus_quantity (text, unit, &x, NULL);

  ck_assert_msg (e == ICTUS_OK, "%s: %s", text, e == ICTUS_OK ? "" : ictus_err_last ());
  return x;
}

static const char *
refusal (const char *text, const char *unit)
{
  double x = 42;

  ck_assert_int_eq (ictus_quantity (text, unit, &x, NULL), ICTUS_E_INPUT);
  ck_assert (x == 42);
  return ictus_err_last ();
}

START_TEST (prefixes_scale)
{
  ck_assert (factor ("mV", "mV") == 1);
  ck_assert (factor ("V", "mV") == 1000);
  ck_assert (factor ("us", "ms") == 1e-3);
  ck_assert (factor ("\xC2\xB5s", "us") == 1 && factor ("\xCE\xBCs", "us") == 1);
  ck_assert (factor ("nS", "uS") == 1e-3);
  ck_assert (factor ("GOhm", "M\xCE\xA9") == 1000 && factor ("\xE2\x84\xA6", "ohm") == 1);
  ck_assert (factor ("kHz", "1/ms") == 1 && factor ("Hz", "spikes/s") == 1 && factor ("Hz", "1/ms") == 1e-3);
  ck_assert (factor ("min", "s") == 60 && factor ("h", "min") == 60 && factor ("%", "1") == 0.01 && factor ("", "1") == 1);
  ck_assert (factor ("kg", "g") == 1000);
  ck_assert (fabs (factor ("rad", "deg") - 57.29577951308232) < 1e-12);
}
END_TEST

START_TEST (products_and_powers_are_understood)
{
  ck_assert (factor ("uF/cm^2", "uF/cm2") == 1);
  ck_assert (factor ("mS/cm^2", "S/m2") == 10);
  ck_assert (factor ("um2", "cm^2") == 1e-8);
  ck_assert (factor ("mV*nS", "pA") == 1 && factor ("mV nS", "pA") == 1);
  ck_assert (factor ("1/(ms*mM)", "1/ms/mM") == 1);
  ck_assert (factor ("ms^-1", "kHz") == 1 && factor ("s-1", "Hz") == 1);
  ck_assert (factor ("mM", "mol/m3") == 1 && factor ("M", "mol/L") == 1);
  ck_assert (factor ("pA/pF", "mV/ms") == 1);
  ck_assert (factor ("J/C", "V") == 1 && factor ("W/A", "V") == 1 && factor ("V/A", "Ohm") == 1
             && factor ("1/Ohm", "S") == 1);
  ck_assert (factor ("N*m", "J") == 1 && factor ("K", "mK") == 1000);
}
END_TEST

START_TEST (wrong_units_are_told)
{
  double f = 7;

  ck_assert_int_eq (ictus_unit_factor ("mV", "nS", &f), ICTUS_E_INPUT);
  ck_assert_str_eq (ictus_err_last (), "expected a quantity in nS, found mV");
  ck_assert_int_eq (ictus_unit_factor ("mV", "", &f), ICTUS_E_INPUT);
  ck_assert_str_eq (ictus_err_last (), "expected a number without unit, found mV");
  ck_assert_int_eq (ictus_unit_factor ("mss", "ms", &f), ICTUS_E_INPUT);
  ck_assert_str_eq (ictus_err_last (), "unknown unit 'mss'; did you mean 'ms'?");
  ck_assert_int_eq (ictus_unit_factor ("parrots", "ms", &f), ICTUS_E_INPUT);
  ck_assert_str_eq (ictus_err_last (), "unknown unit 'parrots'");
  ck_assert_int_eq (ictus_unit_factor ("cm^", "cm", &f), ICTUS_E_INPUT);
  ck_assert_int_eq (ictus_unit_factor ("cm^22", "cm", &f), ICTUS_E_INPUT);
  ck_assert_int_eq (ictus_unit_factor ("(cm", "cm", &f), ICTUS_E_INPUT);
  ck_assert_int_eq (ictus_unit_factor ("cm)", "cm", &f), ICTUS_E_INPUT);
  ck_assert_int_eq (ictus_unit_factor ("cm//s", "cm", &f), ICTUS_E_INPUT);
  ck_assert_int_eq (ictus_unit_factor ("((((((((((((s", "s", &f), ICTUS_E_INPUT);
  ck_assert_int_eq (ictus_unit_factor ("s*s*s*s*s*s*s*s*s*s*s*s*s*s", "s", &f), ICTUS_E_INPUT);
  ck_assert_int_eq (ictus_unit_factor ("deg", "1", &f), ICTUS_E_INPUT);
  ck_assert (f == 7);
}
END_TEST

START_TEST (quantities_are_numbers_with_or_without_unit)
{
  bool had;
  double x;

  ck_assert (quantity ("0.1 ms", "ms") == 0.1 && quantity ("0.1ms", "ms") == 0.1);
  ck_assert (quantity ("-60 mV", "mV") == -60 && quantity ("-60mV", "V") == -0.06);
  ck_assert (quantity ("1e-3", "") == 1e-3 && quantity (".5", "ms") == 0.5 && quantity ("5.", "ms") == 5);
  ck_assert (quantity ("+3E2 pA", "nA") == 0.3);
  ck_assert (quantity ("0.5 s", "ms") == 500 && quantity ("1500 us", "ms") == 1.5
             && quantity ("0.3 ms", "s") == 3e-4);
  ck_assert (quantity ("300 1/s", "Hz") == 300 && quantity ("5 %", "") == 0.05);
  ck_assert (quantity ("  7  ", "mV") == 7);
  ck_assert_int_eq (ictus_quantity ("3", "ms", &x, &had), ICTUS_OK);
  ck_assert (!had);
  ck_assert_int_eq (ictus_quantity ("3 s", "ms", &x, &had), ICTUS_OK);
  ck_assert (had && x == 3000);
}
END_TEST

START_TEST (what_is_not_a_number_is_refused)
{
  const char *no[] = { "",  "abc", "nan", "inf", "-inf", "0x10", "1e999", ".",
                       "-", "e5",  "1 2", "1,5", "1..2", "--1",  "1.5.2" };

  for (size_t k = 0; k < sizeof no / sizeof *no; ++k)
    refusal (no[k], "ms");
  ck_assert_str_eq (refusal ("abc", "ms"), "'abc' is not a number");
  ck_assert_str_eq (refusal ("6 mV", "nS"), "expected a quantity in nS, found mV");
  ck_assert_str_eq (refusal ("1e999", "ms"), "'1e999' is too large");
}
END_TEST

CONF_MAIN ("units", prefixes_scale, products_and_powers_are_understood, wrong_units_are_told,
           quantities_are_numbers_with_or_without_unit, what_is_not_a_number_is_refused)
