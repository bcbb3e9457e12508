/* SPDX-License-Identifier: BSD-3-Clause */
/** \file cli_models.h
 * The parts of 'ictus models'. Included by src/cli/cli_models*.c only.
 */
#ifndef ICTUS_CLI_MODELS_H
#define ICTUS_CLI_MODELS_H

#include "cli/cli.h"

/* cli_models_show.c: one model in full. */
void ictus__models_show_text (const ictus_lang *lang, ictus_text *t);
void ictus__models_show_json (const ictus_lang *lang, const char *kind, ictus_text *t);
/* "name": "value" */
void ictus__models_json_member (ictus_text *t, const char *name, const char *value);

/* cli_models_doc.c: the library as a page of documentation. */
ictus_err ictus__models_doc (ictus_text *t);

/* cli_models_do.c: its picture into a file; its expectations, a line each. */
ictus_err ictus__models_plot (const char *name, const char *out);
ictus_err ictus__models_verify (const char *name, int *met, int *failed);

/* The kind of a shipped model; "" for a file. */
const char *ictus__models_kind (const char *name);
/* The kind of shipped models that follows in the alphabet; the first one for NULL, NULL behind the last. */
const char *ictus__models_next_kind (const char *after);

#endif
