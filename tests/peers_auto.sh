#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Bifurcation diagrams by AUTO-07p and by ictus continue; "make check-peers". Skipped where auto-07p is not installed.
test -n "$ICTUS_PYTHON" || { echo "1..0 # SKIP python3 is missing"; exit 0; }
command -v h5dump >/dev/null 2>&1 || { echo "1..0 # SKIP h5dump is missing (Debian: hdf5-tools)"; exit 0; }
unset ICTUS_SAFE ICTUS_CHECK_MEMORY
exec "$ICTUS_PYTHON" -B "$srcdir/tests/peers_auto.py"
