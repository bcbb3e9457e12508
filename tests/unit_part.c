/* SPDX-License-Identifier: BSD-3-Clause */
/* Partitions: even shares, files, and what is wrong with them. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "part/part_impl.h"

static uint64_t
share (const ictus_part *p, int rank, uint64_t first, uint64_t n)
{
  uint64_t k = 0;

  for (uint64_t g = first; g < first + n; ++g)
    k += ictus_part_owner (p, g) == rank;
  return k;
}

START_TEST (every_population_is_spread_evenly)
{
  size_t size[] = { 10, 1, 400, 3, 1, 7 };
  int ranks[] = { 1, 2, 3, 7, 64, 1000 };
  const char *how[] = { "block", "round-robin" };

  for (int h = 0; h < 2; ++h)
    for (int k = 0; k < 6; ++k)
      {
        ictus_part *p = NULL;
        uint64_t first = 0, least = UINT64_MAX, most = 0;

        ck_assert_int_eq (ictus_part_make (size, 6, ranks[k], how[h], &p), ICTUS_OK);
        for (int pop = 0; pop < 6; ++pop)
          {
            uint64_t sum = 0;

            for (int r = 0; r < ranks[k]; ++r)
              {
                uint64_t n = share (p, r, first, size[pop]);

                ck_assert (n == size[pop] / (uint64_t) ranks[k] || n == size[pop] / (uint64_t) ranks[k] + 1);
                sum += n;
              }
            ck_assert_uint_eq (sum, size[pop]);
            first += size[pop];
          }
        for (int r = 0; r < ranks[k]; ++r)
          {
            uint64_t n = share (p, r, 0, first);

            least = n < least ? n : least;
            most = n > most ? n : most;
          }
        ck_assert_uint_le (most - least, 1);
        ck_assert_str_eq (ictus_part_name (p), how[h]);
        ictus_part_destroy (&p);
        ck_assert_ptr_null (p);
      }
  ck_assert_uint_eq (ictus_mem_live (), 0);
}
END_TEST

START_TEST (blocks_are_contiguous_pieces)
{
  size_t size[] = { 7, 5 };
  int owner[] = { 0, 0, 0, 1, 1, 2, 2, /* second population: the longer pieces go on with rank 1 */ 0, 1, 1, 2, 2 };
  ictus_part *p = NULL;

  ck_assert_int_eq (ictus_part_make (size, 2, 3, "block", &p), ICTUS_OK);
  for (int g = 0; g < 12; ++g)
    ck_assert_int_eq (ictus_part_owner (p, (uint64_t) g), owner[g]);
  ictus_part_destroy (&p);
}
END_TEST

START_TEST (unknown_strategies_are_told_with_the_nearest)
{
  size_t size[] = { 7 };
  ictus_part *p = NULL;

  ck_assert_int_eq (ictus_part_make (size, 1, 3, "blok", &p), ICTUS_E_INPUT);
  ck_assert_ptr_null (p);
  ck_assert_ptr_nonnull (strstr (ictus_err_last (), "\"block\"?"));
  ck_assert_uint_eq (ictus_mem_live (), 0);
}
END_TEST

START_TEST (files_give_the_same_owners)
{
  size_t size[] = { 20, 11 };
  const char *how[] = { "block", "round-robin" };
  char path[] = "unit_part.XXXXXX";
  int fd = mkstemp (path);

  ck_assert_int_ge (fd, 0);
  close (fd);
  for (int h = 0; h < 2; ++h)
    {
      ictus_part *p = NULL, q = { .n = 31, .nrank = 4 };
      char *text = NULL;

      ck_assert_int_eq (ictus_part_make (size, 2, 4, how[h], &p), ICTUS_OK);
      ck_assert_int_eq (ictus_part_write (p, path), ICTUS_OK);
      ck_assert_int_eq (ictus_file_read (path, &text, NULL), ICTUS_OK);
      ck_assert_msg (ictus__part_parse (&q, path, text) == ICTUS_OK, "%s", ictus_err_last ());
      for (uint64_t g = 0; g < 31; ++g)
        ck_assert_int_eq (ictus_part_owner (p, g), ictus_part_owner (&q, g));
      ictus_free (q.range);
      ictus_free (text);
      ictus_part_destroy (&p);
    }
  unlink (path);
  ck_assert_uint_eq (ictus_mem_live (), 0);
}
END_TEST

START_TEST (digest_tells_owners_and_nothing_else)
{
  size_t one[] = { 12 }, two[] = { 6, 6 };
  ictus_part *a = NULL, *b = NULL, *c = NULL, *d = NULL;

  ck_assert_int_eq (ictus_part_make (one, 1, 1, "block", &a), ICTUS_OK);
  ck_assert_int_eq (ictus_part_make (two, 2, 1, "round-robin", &b), ICTUS_OK); /* all on rank 0, too */
  ck_assert_int_eq (ictus_part_make (one, 1, 3, "block", &c), ICTUS_OK);
  ck_assert_int_eq (ictus_part_make (two, 2, 3, "block", &d), ICTUS_OK);
  ck_assert (ictus_part_digest (a) == ictus_part_digest (b));
  ck_assert (ictus_part_digest (c) != ictus_part_digest (d));
  ck_assert (ictus_part_digest (a) != ictus_part_digest (c));
  ictus_part_destroy (&a);
  ictus_part_destroy (&b);
  ictus_part_destroy (&c);
  ictus_part_destroy (&d);
}
END_TEST

/* ---- by cost ------------------------------------------------------------------------------------ */

/* Neurons of a population are in the order of their ranks; load [nrank] is the cost of each rank. */
static void
loads (const ictus_part *p, const size_t *size, const double *const *cost, int npop, int nrank, double *load)
{
  uint64_t g = 0;

  memset (load, 0, (size_t) nrank * sizeof *load);
  for (int k = 0; k < npop; ++k)
    for (size_t i = 0; i < size[k]; ++i, ++g)
      {
        int r = ictus_part_owner (p, g);

        ck_assert (r >= 0 && r < nrank && (i == 0 || r >= ictus_part_owner (p, g - 1)));
        load[r] += cost[k][i];
      }
}

START_TEST (equal_costs_are_blocks)
{
  size_t size[] = { 10, 1, 400, 3, 1, 7 };
  double zero[400] = { 0 };
  const double *none[] = { NULL, zero, zero, NULL, zero, NULL };
  int ranks[] = { 1, 3, 64, 1000 };

  for (int k = 0; k < 4; ++k)
    for (int h = 0; h < 2; ++h)
      {
        ictus_part *a = NULL, *b = NULL;

        ck_assert_int_eq (ictus_part_make (size, 6, ranks[k], "block", &a), ICTUS_OK);
        ck_assert_int_eq (ictus_part_make_balanced (size, h == 0 ? NULL : none, 6, ranks[k], &b), ICTUS_OK);
        ck_assert (ictus_part_digest (a) == ictus_part_digest (b));
        ck_assert_str_eq (ictus_part_name (b), "balanced");
        ictus_part_destroy (&a);
        ictus_part_destroy (&b);
      }
  ck_assert_uint_eq (ictus_mem_live (), 0);
}
END_TEST

START_TEST (skewed_costs_are_balanced)
{
  enum { N = 1000 };
  static double first[N], second[N], same[N];
  size_t size[] = { N, N, N };
  const double *cost[] = { first, second, same };
  int ranks[] = { 1, 2, 3, 7, 50 };
  double sum = 0, load[50];

  /* neurons that cost up to 1000 leave pieces uneven; the third population makes up for it, as far as it goes */
  for (int i = 0; i < N; ++i)
    {
      first[i] = i < 100 ? 1000 : i % 2; /* one tenth does nearly all, and some do nothing */
      second[i] = i;
      same[i] = 5;
      sum += first[i] + second[i] + same[i];
    }
  for (int k = 0; k < 5; ++k)
    {
      ictus_part *p = NULL;

      ck_assert_int_eq (ictus_part_make_balanced (size, cost, 3, ranks[k], &p), ICTUS_OK);
      loads (p, size, cost, 3, ranks[k], load);
      for (int r = 0; r < ranks[k]; ++r)
        ck_assert_msg (fabs (load[r] - sum / ranks[k]) <= (ranks[k] < 50 ? 5 : 500), "rank %d of %d: %g of %g", r,
                       ranks[k], load[r], sum);
      ictus_part_destroy (&p);
    }
}
END_TEST

START_TEST (a_neuron_that_costs_more_than_a_share_is_alone)
{
  size_t size[] = { 5, 9 };
  double first[] = { 1, 1, 100, 1, 1 }, second[] = { 1, 1, 1, 1, 1, 1, 1, 1, 1 };
  const double *cost[] = { first, second };
  double load[3];
  ictus_part *p = NULL;

  ck_assert_int_eq (ictus_part_make_balanced (size, cost, 2, 3, &p), ICTUS_OK);
  loads (p, size, cost, 2, 3, load);
  ck_assert (load[1] == 100 && load[0] >= 6 && load[2] >= 6); /* the second population is left to the others */
  ictus_part_destroy (&p);
}
END_TEST

START_TEST (more_ranks_than_neurons_get_one_each_at_most)
{
  size_t size[] = { 3, 1, 1, 1, 2 };
  double c[] = { 2, 2, 2 };
  const double *cost[] = { c, c, c, c, c };
  ictus_part *p = NULL;

  ck_assert_int_eq (ictus_part_make_balanced (size, cost, 5, 8, &p), ICTUS_OK);
  for (int r = 0; r < 8; ++r)
    ck_assert_uint_eq (share (p, r, 0, 8), 1);
  ictus_part_destroy (&p);
  ck_assert_int_eq (ictus_part_make_balanced (size, cost, 5, 100, &p), ICTUS_OK);
  for (int r = 0; r < 100; ++r)
    ck_assert_uint_le (share (p, r, 0, 8), 1);
  ictus_part_destroy (&p);
  ck_assert_uint_eq (ictus_mem_live (), 0);
}
END_TEST

START_TEST (costs_that_are_none_are_refused)
{
  size_t size[] = { 2 };
  double bad[][2] = { { 1, -1 }, { (double) NAN, 1 }, { 1, (double) INFINITY } };
  ictus_part *p = NULL;

  for (int k = 0; k < 3; ++k)
    {
      const double *cost[] = { bad[k] };

      ck_assert_int_eq (ictus_part_make_balanced (size, cost, 1, 2, &p), ICTUS_E_ARG);
      ck_assert_ptr_null (p);
    }
  ck_assert_int_eq (ictus_part_make_balanced (size, NULL, 1, 0, &p), ICTUS_E_ARG);
  ck_assert_uint_eq (ictus_mem_live (), 0);
}
END_TEST

#define HEAD "ictus-partition 1\nneurons 10\nranks 3\n"

START_TEST (good_files_are_read)
{
  static const char *const good[] = { HEAD "0-9 1\n", HEAD "# all\n\n 5-9\t2 # late\r\n0-4 0\n",
                                      "# first\nictus-partition 1\n\nneurons 10 # here\nranks 3\n0 0\n1-8 1\n9 2" };

  for (size_t k = 0; k < sizeof good / sizeof *good; ++k)
    {
      ictus_part q = { .n = 10, .nrank = 3 };

      ck_assert_msg (ictus__part_parse (&q, "x.part", good[k]) == ICTUS_OK, "%s", ictus_err_last ());
      ictus_free (q.range);
    }
}
END_TEST

START_TEST (wrong_files_are_told_by_place)
{
  static const struct
  {
    const char *text, *place, *word;
  } bad[] = { { "", "x.part:1:1:", "ictus-partition" },
              { "ictus-partition 2\nneurons 10\n", "x.part:1:", "version 2" },
              { "ictus-partition 1\nneuron 10\n", "x.part:2:1:", "\"neurons NUMBER\"" },
              { "ictus-partition 1\nneurons 11\nranks 3\n", "x.part:2:", "has 10" },
              { "ictus-partition 1\nneurons 10\nranks 4\n", "x.part:3:", "mpirun -n 4" },
              { HEAD "0-9 3\n", "x.part:4:5:", "0 to 2" },
              { HEAD "0-10 1\n", "x.part:4:3:", "0 to 9" },
              { HEAD "5-3 1\n", "x.part:4:3:", "ascends" },
              { HEAD "0-9\n", "x.part:4:4:", "a rank" },
              { HEAD "0-9 1 1\n", "x.part:4:7:", "end of the line" },
              { HEAD "a 1\n", "x.part:4:1:", "\"a\"" },
              { HEAD "0-5 1\n5-9 2\n", "x.part:5:", "line 4" },
              { HEAD "5-9 2\n0-5 1\n", "x.part:5:", "neuron 5" },
              { HEAD "0-3 1\n6-9 2\n", "x.part:", "neurons 4-5" },
              { HEAD "0-8 1\n", "x.part:", "neurons 9-9" },
              { HEAD, "x.part:", "neurons 0-9" } };

  for (size_t k = 0; k < sizeof bad / sizeof *bad; ++k)
    {
      ictus_part q = { .n = 10, .nrank = 3 };

      ck_assert_int_eq (ictus__part_parse (&q, "x.part", bad[k].text), ICTUS_E_INPUT);
      ck_assert_msg (strncmp (ictus_err_last (), bad[k].place, strlen (bad[k].place)) == 0, "%s", ictus_err_last ());
      ck_assert_msg (strstr (ictus_err_last (), bad[k].word) != NULL, "%s", ictus_err_last ());
      ictus_free (q.range);
    }
}
END_TEST

int
main (void)
{
  Suite *s = suite_create ("part");
  TCase *c = tcase_create ("all");
  SRunner *r;
  int failed;

  tcase_add_test (c, every_population_is_spread_evenly);
  tcase_add_test (c, blocks_are_contiguous_pieces);
  tcase_add_test (c, unknown_strategies_are_told_with_the_nearest);
  tcase_add_test (c, files_give_the_same_owners);
  tcase_add_test (c, digest_tells_owners_and_nothing_else);
  tcase_add_test (c, equal_costs_are_blocks);
  tcase_add_test (c, skewed_costs_are_balanced);
  tcase_add_test (c, a_neuron_that_costs_more_than_a_share_is_alone);
  tcase_add_test (c, more_ranks_than_neurons_get_one_each_at_most);
  tcase_add_test (c, costs_that_are_none_are_refused);
  tcase_add_test (c, good_files_are_read);
  tcase_add_test (c, wrong_files_are_told_by_place);
  suite_add_tcase (s, c);
  r = srunner_create (s);
  srunner_run_all (r, CK_NORMAL);
  failed = srunner_ntests_failed (r);
  srunner_free (r);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
