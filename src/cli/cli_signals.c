/* SPDX-License-Identifier: BSD-3-Clause */
/* Being told to end. */
#include "cli/cli.h"

#include <signal.h>

static volatile sig_atomic_t told_to_end; /* all that a signal handler may touch */

static void
on_signal (int number)
{
  (void) number;
  told_to_end = 1;
}

void
ictus_cli_heed_signals (void)
{
  struct sigaction act = { .sa_handler = on_signal, .sa_flags = SA_RESTART };

  sigemptyset (&act.sa_mask);
  sigaction (SIGTERM, &act, NULL);
  sigaction (SIGUSR1, &act, NULL);
  act.sa_flags |= (int) SA_RESETHAND;
  sigaction (SIGINT, &act, NULL);
}

bool
ictus_cli_told_to_end (void *ctx)
{
  (void) ctx;
  return told_to_end != 0;
}
