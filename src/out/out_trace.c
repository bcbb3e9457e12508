/* SPDX-License-Identifier: BSD-3-Clause */
/* Traces: samples of chosen neurons, buffered row by row, written as SONATA reports. */
#include "out/out_impl.h"

#include <string.h>

static void
sample (void *ctx, size_t i, uint64_t index, double t_ms, const double *y, const double *u)
{
  out_trace *t = ctx;
  size_t row = (size_t) (index - t->written);

  if (index >= t->seen)
    t->seen = index + 1;
  if (t->col_of[i] < 0 || t->failed != ICTUS_OK)
    return;
  out_vars_at (&t->vars, i, t_ms, y, u);
  for (int v = 0; v < t->vars.n; ++v)
    {
      t->failed = ictus_grow (&t->row[v], &t->cap[v], (row + 1) * t->ncol, sizeof *t->row[v]);
      if (t->failed != ICTUS_OK)
        return;
      t->row[v][row * t->ncol + (size_t) t->col_of[i]] = (float) out_vars_value (&t->vars, v, y);
    }
}

/* Which column of the report is local neuron i? Both lists ascend. */
static ictus_err
find_columns (out_trace *t)
{
  const ictus_cells *c = &t->vars.pop->cells;
  const ictus_exp_record *rec = t->rec;
  size_t k = 0;

  t->width = rec->neurons != NULL ? rec->nneurons : t->vars.pop->size;
  t->col_of = ictus_alloc (c->n, sizeof *t->col_of);
  t->col = ictus_alloc (c->n, sizeof *t->col);
  if (t->col_of == NULL || t->col == NULL)
    return ICTUS_E_NOMEM;
  for (size_t i = 0; i < c->n; ++i)
    {
      uint64_t id = c->gid[i] - t->vars.pop->first;
      bool wanted = true;

      if (rec->neurons != NULL)
        {
          while (k < rec->nneurons && rec->neurons[k] < id)
            ++k;
          wanted = k < rec->nneurons && rec->neurons[k] == id;
        }
      t->col_of[i] = wanted ? (int32_t) t->ncol : -1;
      if (wanted)
        t->col[t->ncol++] = rec->neurons != NULL ? k : id;
    }
  return ICTUS_OK;
}

ictus_err
out_trace_init (ictus_out *o, const ictus_exp_record *rec)
{
  out_trace *t = &o->trace[o->ntrace++];

  t->rec = rec;
  t->first_ms = ictus_engine_first_sample (o->exp, rec->start_ms, rec->interval_ms);
  ICTUS_TRY (out_vars_init (&t->vars, rec, ictus_net_population (o->net, rec->population[0])));
  t->row = ictus_alloc ((size_t) t->vars.n, sizeof *t->row);
  t->cap = ictus_alloc ((size_t) t->vars.n, sizeof *t->cap);
  if (t->row == NULL || t->cap == NULL)
    return ICTUS_E_NOMEM;
  return find_columns (t);
}

void
out_trace_clear (out_trace *t)
{
  for (int v = 0; t->row != NULL && v < t->vars.n; ++v)
    ictus_free (t->row[v]);
  ictus_free (t->row);
  ictus_free (t->cap);
  ictus_free (t->col);
  ictus_free (t->col_of);
  out_vars_clear (&t->vars);
}

size_t
out_trace_bytes (const out_trace *t)
{
  return (size_t) (t->complete - t->written) * t->ncol * (size_t) t->vars.n * sizeof (float);
}

/* start, stop (the first time that is not in it), step */
static ictus_err
write_time (ictus_out *o, const out_trace *t)
{
  const hsize_t three = 3;
  const double step = t->rec->interval_ms,
               time[3] = { t->first_ms, t->first_ms + (double) t->written * step, step };
  char path[OUT_PATH];

  snprintf (path, sizeof path, "/traces/%s/%s/mapping/time", t->rec->name, t->vars.v[0].name);
  return ictus_h5_write (&o->file, path, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 1, &three, time);
}

static ictus_err
write_numbers (ictus_out *o, const char *group, const char *name, hid_t type, hid_t memtype, size_t n,
               const void *data)
{
  const hsize_t dim = n;
  char path[OUT_PATH + 32];

  snprintf (path, sizeof path, "%s/%s", group, name);
  return ictus_h5_write (&o->file, path, type, memtype, 1, &dim, data);
}

/* Point neurons: one element a node, element 0 at position 0.5. The names are double where readers disagree.
 */
static ictus_err
make_mapping (ictus_out *o, const out_trace *t, const char *group)
{
  uint64_t *number = ictus_alloc (t->width + 1, sizeof *number);
  float *pos = ictus_alloc (t->width, sizeof *pos);
  const int64_t one = 1;
  char path[OUT_PATH + 32], same[OUT_PATH + 32];
  ictus_err e;

  ICTUS_GO (ictus_comm_agree (o->comm, number == NULL || pos == NULL ? ICTUS_E_NOMEM : ICTUS_OK));
  ICTUS_GO (write_numbers (o, group, "element_ids", H5T_STD_U32LE, H5T_NATIVE_UINT64, t->width,
                           number)); /* all 0 */
  for (size_t k = 0; k <= t->width; ++k)
    number[k] = k;
  ICTUS_GO (
      write_numbers (o, group, "index_pointers", H5T_STD_U64LE, H5T_NATIVE_UINT64, t->width + 1, number));
  if (t->rec->neurons != NULL)
    memcpy (number, t->rec->neurons, t->width * sizeof *number);
  ICTUS_GO (write_numbers (o, group, "node_ids", H5T_STD_U64LE, H5T_NATIVE_UINT64, t->width, number));
  for (size_t k = 0; k < t->width; ++k)
    pos[k] = 0.5F;
  ICTUS_GO (write_numbers (o, group, "element_pos", H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, t->width, pos));
  snprintf (path, sizeof path, "%s/node_ids", group);
  ICTUS_GO (ictus_h5_attr_int (&o->file, path, "sorted", H5T_STD_U8LE, &one, 1));
  snprintf (path, sizeof path, "%s/index_pointers", group);
  snprintf (same, sizeof same, "%s/index_pointer", group);
  ICTUS_GO (ictus_h5_link (&o->file, path, same));
  ICTUS_GO (write_time (o, t));
  snprintf (path, sizeof path, "%s/time", group);
  ICTUS_GO (ictus_h5_attr_string (&o->file, path, "units", "ms"));
done:
  ictus_free (number);
  ictus_free (pos);
  return e;
}

/* /traces/<recorder>/<variable>; the mapping of the first variable serves all. */
static ictus_err
make_report (ictus_out *o, const out_trace *t, int v)
{
  const out_var *var = &t->vars.v[v];
  char path[OUT_PATH], first[OUT_PATH];

  snprintf (path, sizeof path, "/traces/%s/%s/data", t->rec->name, var->name);
  ICTUS_TRY (ictus_h5_make_growing (&o->file, path, H5T_IEEE_F32LE, t->width));
  ICTUS_TRY (ictus_h5_attr_string (&o->file, path, "units", var->unit));
  ICTUS_TRY (ictus_h5_attr_string (&o->file, path, "variable", var->name));
  ICTUS_TRY (ictus_h5_attr_string (&o->file, path, "population", t->vars.pop->name));
  snprintf (path, sizeof path, "/traces/%s/%s/mapping", t->rec->name, var->name);
  if (v == 0)
    return make_mapping (o, t, path);
  snprintf (first, sizeof first, "/traces/%s/%s/mapping", t->rec->name, t->vars.v[0].name);
  return ictus_h5_link (&o->file, first, path);
}

/* SONATA has one report a population and file: the first variable of the first recorder of the population. */
static ictus_err
link_report (ictus_out *o, const out_trace *t)
{
  static const char *const part[] = { "data", "mapping" };
  char path[OUT_PATH], report[OUT_PATH];

  snprintf (report, sizeof report, "/report/%s", t->vars.pop->name);
  if (ictus_h5_exists (&o->file, report))
    return ICTUS_OK;
  for (int k = 0; k < 2; ++k)
    {
      snprintf (path, sizeof path, "/traces/%s/%s/%s", t->rec->name, t->vars.v[0].name, part[k]);
      snprintf (report, sizeof report, "/report/%s/%s", t->vars.pop->name, part[k]);
      ICTUS_TRY (ictus_h5_link (&o->file, path, report));
    }
  return ICTUS_OK;
}

ictus_err
out_trace_join (ictus_out *o, out_trace *t)
{
  ictus_sampling what = { .population = t->rec->population[0],
                          .interval_ms = t->rec->interval_ms,
                          .start_ms = t->rec->start_ms,
                          .stop_ms = t->rec->stop_ms,
                          .sample = sample,
                          .ctx = t };

  return ictus_engine_sample (o->engine, &what);
}

ictus_err
out_trace_make (ictus_out *o, out_trace *t)
{
  for (int v = 0; v < t->vars.n; ++v)
    ICTUS_TRY (make_report (o, t, v));
  return link_report (o, t);
}

ictus_err
out_trace_write (ictus_out *o, out_trace *t)
{
  uint64_t done = t->complete;
  size_t n;
  char path[OUT_PATH];

  ICTUS_TRY (ictus_comm_agree (o->comm, t->failed)); /* where there was no memory, rows are missing */
  ICTUS_MPI (MPI_Allreduce (MPI_IN_PLACE, &done, 1, MPI_UINT64_T, MPI_MAX,
                            o->comm)); /* some ranks have no such neuron */
  if (done <= t->written)
    return ICTUS_OK;
  n = (size_t) (done - t->written);
  for (int v = 0; v < t->vars.n; ++v)
    {
      snprintf (path, sizeof path, "/traces/%s/%s/data", t->rec->name, t->vars.v[v].name);
      ICTUS_TRY (ictus_h5_append_columns (&o->file, path, H5T_NATIVE_FLOAT, n, t->col, t->ncol, t->row[v]));
    }
  t->written = done;
  return write_time (o, t);
}
