/* SPDX-License-Identifier: BSD-3-Clause */
/** \file model.h
 * A compiled model: the parsed text and its kernels. Shipped models are part of the library; a user's model
 * is compiled on first use into a cache keyed by text, compiler and flags.
 */
#ifndef ICTUS_MODEL_H
#define ICTUS_MODEL_H

#include "ictus/base.h"
#include "ictus/kernel.h"
#include "ictus/lang.h"

typedef struct ictus_model
{
  ictus_lang *lang;           /* names, units, class; owned */
  const ictus_kernel *kernel; /* functions; not owned */
  const ictus_lanes *lanes;   /* the same in lanes, of the level in use (ictus_isa_level); NULL only where a
                                 table was made by hand. Not owned */
  void *dl;                   /* of dlopen; NULL for shipped models */
  char key[40];               /* hash of text, compiler and flags, hex */
} ictus_model;

/** Open a model by the name of a shipped one or by the path of a .ode file (anything with a '/' or ending in
 * ".ode"). A user's model that is not in the cache is compiled now: on many ranks let one go first, then the
 * others (ictus_net does).
 * \param dir   folder that relative paths are tried in first (that of the experiment); NULL: none
 * \param text  text to use instead of reading the file (from a result file); NULL: read
 * \retval ICTUS_E_INPUT     unknown name (nearest named), or the text is wrong (place and caret)
 * \retval ICTUS_E_IO        file cannot be read
 * \retval ICTUS_E_RESOURCE  no compiler, or it failed (its message passed on), or the cache cannot be written
 * Collectivity: none. */
ictus_err ictus_model_open (const char *name, const char *dir, const char *text, ictus_model **out);
/** As ictus_model_open, for what is done with a model alone: lanes is NULL for a user's model, which spares most of the
 * compiler's time. Collectivity: none. */
ictus_err ictus_model_open_scalar (const char *name, const char *dir, const char *text, ictus_model **out);
void ictus_model_close (ictus_model **m); /* Collectivity: none. */
/** The same without a kernel, for those who only want to read: names, texts and errors as ictus_model_open,
 * but no compiler is needed. Collectivity: none. */
ictus_err ictus_model_parse (const char *name, const char *dir, const char *text, ictus_lang **out);
/** Compile a user's model into the cache, for any level of instructions, also one that this processor lacks; no more than
 * that. Errors as ictus_model_open.
 * \param so         path of what was compiled is appended; nothing for a shipped model
 * \param was_there  nothing had to be done. Collectivity: none. */
ictus_err ictus_model_compile (const char *name, int level, ictus_text *so, bool *was_there);
/** True when opening needs the compiler (not shipped, not cached). Collectivity: none. */
bool ictus_model_needs_compiler (const char *name, const char *dir);

/** Shipped models in alphabetical order; NULL past the end. Borrowed for ever. Collectivity: none. */
const ictus_kernel *ictus_model_shipped (size_t k);
/** The kind of shipped model k, the folder of models/ that it lies in ("conductance", "population", ...); NULL past
 * the end. Borrowed for ever. Collectivity: none. */
const char *ictus_model_shipped_kind (size_t k);
/** Folder of the kernel cache: $ICTUS_CACHE, else $XDG_CACHE_HOME/ictus, else $HOME/.cache/ictus.
 * Collectivity: none. */
ictus_err ictus_model_cache_dir (ictus_text *out);

/** Default parameters, in the units of the model, with hidden slots prepared: p [kernel->nslot].
 * Collectivity: none. */
void ictus_model_defaults (const ictus_model *m, double *p);

#endif
