/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef ICTUS_LANG_FUZZ_H
#define ICTUS_LANG_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Parse these bytes as the text of a model; if it is one, ask for all there is to know about it and write its C. */
int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

#endif
