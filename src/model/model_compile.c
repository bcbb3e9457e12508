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
  ictus_text c, o, log, cc;
  char *argv[MAX_WORDS + 8];
} work;

static ictus_err
prepare_work (const ictus__model_plan *plan, work *w, ictus_text *flags)
{
  char host[64] = "";
  unsigned mark;
  int n = 0;

  gethostname (host, sizeof host - 1);
  mark = (unsigned) ictus_hash (host, strlen (host), (uint64_t) getpid ());
  ictus_text_add (&w->c, "%.*s.%ld-%08x.c", (int) plan->so.len - 3, plan->so.s, (long) getpid (), mark);
  ictus_text_add (&w->o, "%s.so", w->c.failed ? "" : w->c.s);
  ictus_text_add (&w->log, "%s.log", w->c.failed ? "" : w->c.s);
  ictus_text_add (&w->cc, "%s", ictus__model_compiler ());
  ictus_text_add (flags, "%s -shared -w", ICTUS_KERNEL_CFLAGS);
  if (w->c.failed || w->o.failed || w->log.failed || w->cc.failed || flags->failed)
    return ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory");
  if (!add_words (w->cc.s, w->argv, &n) || !add_words (flags->s, w->argv, &n))
    return ICTUS_FAIL (ICTUS_E_RESOURCE, "the C compiler '%s' has too many words", ictus__model_compiler ());
  w->argv[n++] = (char *) "-o";
  w->argv[n++] = w->o.s;
  w->argv[n++] = w->c.s;
  w->argv[n++] = (char *) "-lm";
  return ICTUS_OK;
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

ictus_err
ictus__model_compile (const ictus_lang *lang, const ictus__model_plan *plan)
{
  work w = { .c = { 0 } };
  ictus_text flags = { 0 };
  bool keep = false;
  int status = 0;
  ictus_err e;

  ICTUS_GO (make_folder ());
  ICTUS_GO (prepare_work (plan, &w, &flags));
  e = ictus_file_write (w.c.s, plan->c.s, plan->c.len);
  if (e != ICTUS_OK)
    {
      e = ictus_err_prefix (ICTUS_E_RESOURCE, "compiled models have no place (ICTUS_CACHE sets another one)");
      goto done;
    }
  ICTUS_GO (run (w.argv, w.log.s, &status));
  if (status != 0 || !ictus_file_exists (w.o.s))
    {
      keep = true;
      e = failed (ictus_lang_name (lang), ictus__model_compiler (), status, w.log.s, w.c.s);
      goto done;
    }
  ICTUS_GO (ictus__model_seal (w.o.s));
  if (rename (w.o.s, plan->so.s) != 0)
    e = ICTUS_FAIL (ICTUS_E_RESOURCE, "cannot write %s: %s", plan->so.s, strerror (errno));
done:
  if (w.log.s != NULL)
    unlink (w.log.s);
  if (w.o.s != NULL)
    unlink (w.o.s);
  if (w.c.s != NULL && !keep)
    unlink (w.c.s);
  ictus_text_clear (&w.c);
  ictus_text_clear (&w.o);
  ictus_text_clear (&w.log);
  ictus_text_clear (&w.cc);
  ictus_text_clear (&flags);
  return e;
}
