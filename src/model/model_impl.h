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

typedef struct ictus__model_plan /* what a model that is not shipped compiles to, and where; start with {0} */
{
  ictus_text c, lanes; /* the C files: scalar, and in lanes */
  ictus_text so; /* path of the kernel in the cache */
  char key[40];
  int level; /* of the lanes */
} ictus__model_plan;

/* Emit the C of a model and name its place in the cache for a level of instructions; nothing is written. */
ictus_err ictus__model_plan_make (const ictus_lang *lang, int level, ictus__model_plan *plan);
void ictus__model_plan_clear (ictus__model_plan *plan);
/* Hash of a model's text and name, the compiler and its flags for the level, as hex. compiler: the one that makes the
   kernel. */
void ictus__model_key (const char *text, const char *name, const char *compiler, int level, char key[40]);

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
