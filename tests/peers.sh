#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Files of XPPAUT in both programs; "make check-peers". Skipped where xppaut is not installed.
test -n "$ICTUS_PYTHON" || { echo "1..0 # SKIP python3 is missing"; exit 0; }
unset ICTUS_SAFE ICTUS_CHECK_MEMORY
exec "$ICTUS_PYTHON" -B "$srcdir/tests/peers.py"
