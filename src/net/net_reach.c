/* SPDX-License-Identifier: BSD-3-Clause */
/* Which neurons' spikes are wanted on this rank. */
#include "net_impl.h"

static bool
has_wires (const ictus_net *net, int pop, uint64_t source)
{
  size_t first, last;

  for (int o = net->out_first[pop]; o < net->out_first[pop + 1]; ++o)
    if (ictus__wires_row (&net->wires[net->out[o]], source, &first, &last))
      return true;
  return false;
}

static bool
has_bundle (const ictus_net *net, int pop, uint64_t source)
{
  size_t begin, end;

  for (int k = net->rows.first[pop]; k < net->rows.first[pop + 1]; ++k)
    if (ictus__bundle_row (&net->rows.bundle[k], source, &begin, &end))
      return true;
  return false;
}

bool
ictus_net_has_target (const ictus_net *net, uint64_t gid)
{
  int p = ictus_net_population_of (net, gid);
  uint64_t source = gid - net->pop[p].first;

  return net->exp->grid ? has_bundle (net, p, source) : has_wires (net, p, source);
}
