/* SPDX-License-Identifier: BSD-3-Clause */
/* Run the C compiler on an emitted model. No shell, and no fork of a process that holds network hardware:
 * posix_spawn shares the memory of the parent until the compiler runs. */
#include "config.h"

#include "model/model_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { MAX_WORDS = 64, SHOWN = 1500 /* characters of the compiler's output in the message */ };

const char *
ictus__model_compiler (void)
{
  const char *cc = getenv ("CC");

  return cc != NULL && cc[strspn (cc, " \t")] != '\0' ? cc : ICTUS_KERNEL_CC;
}

const char *
ictus__model_level_flags (int level)
{
  switch (level)
    {
    case 2:
      return ICTUS_LANE_V2;
    case 3:
      return ICTUS_LANE_V3;
    case 4:
      return ICTUS_LANE_V4;
    default:
      return "";
    }
}

/* Split s at blanks, in place, behind the *n words that argv has. */
static bool
add_words (char *s, char **argv, int *n)
{
  char *rest = NULL;

  for (char *w = strtok_r (s, " \t\n", &rest); w != NULL; w = strtok_r (NULL, " \t\n", &rest))
    {
      if (*n >= MAX_WORDS)
        return false;
      argv[(*n)++] = w;
    }
  return true;
}

/* Run argv with its output in the file log. *status as of waitpid; 127 << 8 when there is no such program. */
static ictus_err
run (char **argv, const char *log, int *status)
{
  posix_spawn_file_actions_t fa;
  pid_t pid;
  int rc;

  if (posix_spawn_file_actions_init (&fa) != 0)
    return ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory");
  rc = posix_spawn_file_actions_addopen (&fa, 0, "/dev/null", O_RDONLY, 0);
  if (rc == 0)
    rc = posix_spawn_file_actions_addopen (&fa, 1, log, O_WRONLY | O_CREAT | O_TRUNC, 0666);
  if (rc == 0)
    rc = posix_spawn_file_actions_adddup2 (&fa, 1, 2);
  if (rc == 0)
    rc = posix_spawnp (&pid, argv[0], &fa, NULL, argv, environ);
  posix_spawn_file_actions_destroy (&fa);
  *status = 127 << 8;
  if (rc == ENOENT || rc == EACCES)
    return ICTUS_OK;
  if (rc != 0)
    return ICTUS_FAIL (ICTUS_E_RESOURCE, "cannot run %s: %s", argv[0], strerror (rc));
  while (waitpid (pid, status, 0) < 0)
    if (errno != EINTR)
      {
        *status = 0; /* somebody ignores SIGCHLD: whether there is an object tells */
        break;
      }
  return ICTUS_OK;
}

/* The message: what was run, how it ended, what it said, where the C file is. */
static ictus_err
failed (const char *name, const char *command, int status, const char *log, const char *c_path)
{
  ictus_text how = { 0 };
  char *said = NULL;
  size_t len = 0;

  if (ictus_file_exists (log))
    ictus_file_read (log, &said, &len);
  while (len > 0 && strchr (" \n\t", said[len - 1]) != NULL)
    --len;
  if (WIFEXITED (status) && WEXITSTATUS (status) == 127 && len == 0)
    ictus_text_add (&how, "there is no such program; set CC to a C compiler, or run 'ictus compile' where "
                          "there is one");
  else if (WIFSIGNALED (status))
    ictus_text_add (&how, "it was ended by signal %d", WTERMSIG (status));
  else if (WIFEXITED (status) && WEXITSTATUS (status) != 0)
    ictus_text_add (&how, "it ended with status %d", WEXITSTATUS (status));
  else
    ictus_text_add (&how, "it wrote no object file");
  if (len > 0)
    ictus_text_add (&how, "\n%.*s%s", len > SHOWN ? SHOWN : (int) len, said, len > SHOWN ? " ..." : "");
  ICTUS_FAIL (ICTUS_E_RESOURCE, "cannot compile the model \"%s\" with '%s': %s\nThe C file is kept: %s", name,
              command, how.failed ? "out of memory" : how.s, c_path);
  ictus_text_clear (&how);
  ictus_free (said);
  return ICTUS_E_RESOURCE;
}

typedef struct work /* names of one compilation; of this process on this host only, until the rename */
{
  ictus_text c, lanes, o, so, log;
} work;

static ictus_err
name_files (const ictus__model_plan *plan, work *w)
{
  char host[64] = "";
  unsigned mark;

  gethostname (host, sizeof host - 1);
  mark = (unsigned) ictus_hash (host, strlen (host), (uint64_t) getpid ());
  ictus_text_add (&w->c, "%.*s.%ld-%08x.c", (int) plan->so.len - 3, plan->so.s, (long) getpid (), mark);
  if (!w->c.failed)
    {
      ictus_text_add (&w->lanes, "%.*s-lanes.c", (int) w->c.len - 2, w->c.s);
      ictus_text_add (&w->o, "%s.o", w->c.s);
      ictus_text_add (&w->so, "%s.so", w->c.s);
      ictus_text_add (&w->log, "%s.log", w->c.s);
    }
  return w->c.failed || w->lanes.failed || w->o.failed || w->so.failed || w->log.failed
             ? ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory")
             : ICTUS_OK;
}

static void
remove_files (work *w, const char *keep)
{
  ictus_text *const all[] = { &w->c, &w->lanes, &w->o, &w->so, &w->log };

  for (size_t k = 0; k < sizeof all / sizeof *all; ++k)
    {
      if (all[k]->s != NULL && all[k]->s != keep)
        unlink (all[k]->s);
      ictus_text_clear (all[k]);
    }
}

typedef ictus_err emitter (const ictus_lang *lang, const char *symbol, ictus_text *out);

static ictus_err
write_file (const ictus_lang *lang, emitter *emit, const char *symbol, const char *path)
{
  ictus_text c = { 0 };
  ictus_err e = emit (lang, symbol, &c);

  if (e == ICTUS_OK && ictus_file_write (path, c.s, c.len) != ICTUS_OK)
    e = ictus_err_prefix (ICTUS_E_RESOURCE, "compiled models have no place (ICTUS_CACHE sets another one)");
  ictus_text_clear (&c);
  return e;
}

/* One run of the compiler: flags, "-o to", "from", then what may be NULL, and libm. *keep is from when it fails. */
static ictus_err
compile (const char *name, const char *flags, work *w, ictus_text *to, ictus_text *from, ictus_text *with,
         const char **keep)
{
  ictus_text cc = { 0 }, words = { 0 };
  char *argv[MAX_WORDS + 8];
  int n = 0, status = 0;
  ictus_err e = ICTUS_OK;

  ictus_text_add (&cc, "%s", ictus__model_compiler ());
  ictus_text_add (&words, "%s", flags);
  if (cc.failed || words.failed)
    ICTUS_GO (ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory"));
  if (!add_words (cc.s, argv, &n) || !add_words (words.s, argv, &n))
    ICTUS_GO (ICTUS_FAIL (ICTUS_E_RESOURCE, "the C compiler '%s' has too many words", ictus__model_compiler ()));
  argv[n++] = (char *) "-o";
  argv[n++] = to->s;
  argv[n++] = from->s;
  if (with != NULL)
    argv[n++] = with->s;
  argv[n++] = (char *) "-lm";
  argv[n] = NULL;
  ICTUS_GO (run (argv, w->log.s, &status));
  if (status != 0 || !ictus_file_exists (to->s))
    {
      *keep = from->s;
      e = failed (name, ictus__model_compiler (), status, w->log.s, from->s);
    }
done:
  ictus_text_clear (&cc);
  ictus_text_clear (&words);
  return e;
}

static ictus_err
make_folder (void)
{
  ictus_text dir = { 0 };
  ictus_err e = ictus_model_cache_dir (&dir);

  if (e == ICTUS_OK && ictus_mkdirs (dir.s) != ICTUS_OK)
    e = ictus_err_prefix (ICTUS_E_RESOURCE, "compiled models have no place (ICTUS_CACHE sets another one)");
  ictus_text_clear (&dir);
  return e;
}

/* The lane kernels need functions of SLEEF, which the program has with it: the object leaves them open. */
ictus_err
ictus__model_compile (const ictus_lang *lang, const ictus__model_plan *plan)
{
  const char *name = ictus_lang_name (lang), *keep = NULL;
  work w = { .c = { 0 } };
  ictus_text flags = { 0 };
  ictus_err e;

  ICTUS_GO (make_folder ());
  ICTUS_GO (name_files (plan, &w));
  ictus_text_add (&flags, ICTUS_KERNEL_CFLAGS " %s -shared -w", ictus__model_level_flags (plan->level));
  if (flags.failed)
    ICTUS_GO (ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory"));
  ICTUS_GO (write_file (lang, ictus_lang_emit, ICTUS_KERNEL_SYMBOL, w.c.s));
  if (plan->level == ICTUS__SCALAR)
    ICTUS_GO (compile (name, flags.s, &w, &w.so, &w.c, NULL, &keep));
  else
    {
      ICTUS_GO (write_file (lang, ictus_lang_emit_lanes, ICTUS_LANES_SYMBOL, w.lanes.s));
      ICTUS_GO (compile (name, ICTUS_KERNEL_CFLAGS " -w -c", &w, &w.o, &w.c, NULL, &keep));
      ICTUS_GO (compile (name, flags.s, &w, &w.so, &w.lanes, &w.o, &keep));
    }
  ICTUS_GO (ictus__model_seal (w.so.s));
  if (rename (w.so.s, plan->so.s) != 0)
    e = ICTUS_FAIL (ICTUS_E_RESOURCE, "cannot write %s: %s", plan->so.s, strerror (errno));
done:
  remove_files (&w, keep);
  ictus_text_clear (&flags);
  return e;
}
