/* SPDX-License-Identifier: BSD-3-Clause */
/* Private to src/model: the registry of shipped kernels, the cache of compiled ones, the compiler. */
#ifndef ICTUS_MODEL_IMPL_H
#define ICTUS_MODEL_IMPL_H

#include "ictus/model.h"

enum { ICTUS__LEVELS = 5 };

typedef struct ictus__shipped
{
  const ictus_kernel *kernel;
  const ictus_lanes *lanes[ICTUS__LEVELS]; /* by level of instructions; NULL: not built for it */
  const char *kind;                        /* folder of models/ */
} ictus__shipped;

/* Made at build time from models/; alphabetical, ends with a kernel NULL. */
extern const ictus__shipped ictus__model_registry[];

enum { ICTUS__SCALAR = 0 }; /* in place of a level: a kernel without lanes */

typedef struct ictus__model_plan /* where a model that is not shipped is compiled to; start with {0} */
{
  ictus_text so; /* path of the kernel in the cache */
  char key[40];
  int level; /* of the lanes, or ICTUS__SCALAR */
} ictus__model_plan;

/* Name the place of a model in the cache for a level of instructions; nothing is written. */
ictus_err ictus__model_plan_make (const ictus_lang *lang, int level, ictus__model_plan *plan);
void ictus__model_plan_clear (ictus__model_plan *plan);
/* Hash of all that a kernel depends on, as hex: the model's text, name and other files (their stamp), what makes C of it, the
   compiler and its flags for the level. compiler: the one that makes the kernel. */
void ictus__model_key (const ictus_lang *lang, const char *compiler, int level, char key[40]);

/* Compile the plan's C into the cache: whole under its final name, or not there. */
ictus_err ictus__model_compile (const ictus_lang *lang, const ictus__model_plan *plan);
/* The compiler: $CC, else that of configure; more than one word when it has options. */
const char *ictus__model_compiler (void);
/* Its flags for a level of lane kernels, besides ICTUS_KERNEL_CFLAGS: their vectors are written out, nothing has to be found. */
const char *ictus__model_level_flags (int level);

/* Kernels in the cache carry a seal at their end: a truncated or changed file is never loaded. */
ictus_err ictus__model_seal (const char *so);
/* True when the file is there and its seal is right. */
bool ictus__model_sealed (const char *so);

#endif
