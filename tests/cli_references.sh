#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Numbers of bifurcation diagrams that were published or computed independently, by ictus continue.
test -n "$ICTUS_PYTHON" || { echo "1..0 # SKIP python3 is missing"; exit 0; }
exec "$ICTUS_PYTHON" -B "$srcdir/tests/references.py"
