/* SPDX-License-Identifier: BSD-3-Clause */
/* Which neurons' spikes are wanted on this rank. */
#include "net_impl.h"

bool
ictus_net_has_target (const ictus_net *net, uint64_t gid)
{
  int p = ictus_net_population_of (net, gid);
  size_t first, last;

  for (int o = net->out_first[p]; o < net->out_first[p + 1]; ++o)
    if (ictus__wires_row (&net->wires[net->out[o]], gid - net->pop[p].first, &first, &last) && last > first)
      return true;
  return false;
}
