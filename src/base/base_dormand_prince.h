/* SPDX-License-Identifier: BSD-3-Clause */
/** \file base_dormand_prince.h
 * The numbers of Dormand and Prince's 5(4) pair (Dormand & Prince 1980, doi:10.1016/0771-050X(80)90013-3), for all rooms that step by
 * it, with the dense output of order 4 of Hairer, Norsett & Wanner, Solving Ordinary Differential Equations I (2nd ed. 1993),
 * section II.6. Its seven stages: the last one is the first of the next step.
 */
#ifndef ICTUS_BASE_DORMAND_PRINCE_H
#define ICTUS_BASE_DORMAND_PRINCE_H

#define C2 (1.0 / 5)
#define C3 (3.0 / 10)
#define C4 (4.0 / 5)
#define C5 (8.0 / 9)
#define A21 (1.0 / 5)
#define A31 (3.0 / 40)
#define A32 (9.0 / 40)
#define A41 (44.0 / 45)
#define A42 (-56.0 / 15)
#define A43 (32.0 / 9)
#define A51 (19372.0 / 6561)
#define A52 (-25360.0 / 2187)
#define A53 (64448.0 / 6561)
#define A54 (-212.0 / 729)
#define A61 (9017.0 / 3168)
#define A62 (-355.0 / 33)
#define A63 (46732.0 / 5247)
#define A64 (49.0 / 176)
#define A65 (-5103.0 / 18656)
#define A71 (35.0 / 384)
#define A73 (500.0 / 1113)
#define A74 (125.0 / 192)
#define A75 (-2187.0 / 6784)
#define A76 (11.0 / 84)
/* error: order 5 less order 4 */
#define E1 (71.0 / 57600)
#define E3 (-71.0 / 16695)
#define E4 (71.0 / 1920)
#define E5 (-17253.0 / 339200)
#define E6 (22.0 / 525)
#define E7 (-1.0 / 40)
/* dense output */
#define D1 (-12715105075.0 / 11282082432)
#define D3 (87487479700.0 / 32700410799)
#define D4 (-10690763975.0 / 1880347072)
#define D5 (701980252875.0 / 199316789632)
#define D6 (-1453857185.0 / 822651844)
#define D7 (69997945.0 / 29380423)

/* the same as initialisers of tables */
#define DORMAND_PRINCE_NODES { 0, C2, C3, C4, C5, 1, 1 }
#define DORMAND_PRINCE_STAGES                                                                                                    \
  { { 0 },                                                                                                                       \
    { A21 },                                                                                                                     \
    { A31, A32 },                                                                                                                \
    { A41, A42, A43 },                                                                                                           \
    { A51, A52, A53, A54 },                                                                                                      \
    { A61, A62, A63, A64, A65 },                                                                                                 \
    { A71, 0, A73, A74, A75, A76 } }
#define DORMAND_PRINCE_ERROR { E1, 0, E3, E4, E5, E6, E7 }
#define DORMAND_PRINCE_DENSE { D1, 0, D3, D4, D5, D6, D7 }

#endif
