/* From a wave to a file of its data: which variables, under which names, and the frame of writing. */
#include "reports/data.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/file.h"
#include "reports/data_inner.h"

enum { SPSS_NAME_MAX = 64, TELL_EVERY = 1000 };

const struct scale *data_scale(const struct data_plan *plan, const struct microdata_column *column) {
    const struct item *item = column->field ? column->field->item : NULL;
    return item ? plan->words.instrument->constructs[item->construct].scale : NULL;
}

int data_missing_code(const struct scale *scale, size_t not_applicable) {
    return (scale->low < 0 ? scale->low : 0) - 1 - (int)not_applicable;
}

int data_choice_code(const struct question *question, size_t choice) {
    long code = 0;
    bool numbers = true;
    for (size_t i = 0; i < question->n_choices && numbers; i++)
        numbers = str_to_long(str_of(question->choices[i].code), &code) && code >= -999999 && code <= 999999;
    if (!numbers)
        return (int)choice + 1;
    return str_to_long(str_of(question->choices[choice].code), &code) ? (int)code : 0;
}

void data_tell(const struct data_plan *plan, size_t done) {
    size_t total = microdata_rows(plan->microdata);
    if (plan->request->progress && (done % TELL_EVERY == 0 || done == total))
        plan->request->progress(plan->request->context, done, total);
}

const char *data_count(const struct data_plan *plan, size_t rows) {
    return rows > 0 && rows < microdata_minimum(plan->microdata) ? words_fewer(&plan->words)
                                                                 : words_whole(&plan->words, rows);
}

/* A name as SPSS takes it: letters, digits, point and underscore, a letter first, no point or underscore last, at most
 * 64 bytes. What it does not take becomes an underscore. */
static const char *legal_name(struct arena *arena, const char *name, size_t most) {
    static const char *const reserved[] = {"all", "and", "by",  "eq", "ge", "gt",  "le",
                                           "lt",  "ne",  "not", "or", "to", "with"};
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    struct buf b = BUF_INIT;
    if (!name[0] || !strchr(letters, name[0]))
        buf_text(&b, "v_");
    for (const char *p = name; *p && b.n < most; p++)
        buf_char(&b, strchr(letters, *p) || strchr("0123456789._", *p) ? *p : '_');
    while (b.n > 1 && strchr("._", b.p[b.n - 1]))
        b.p[--b.n] = '\0';
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
        if (strcasecmp(b.p, reserved[i]) == 0) {
            buf_text(&b, "_1");
            break;
        }
    const char *out = arena_copy(arena, b.p, b.n);
    buf_free(&b);
    return out;
}

static bool is_taken(const struct data_plan *plan, const char *name) {
    for (size_t i = 0; i < plan->n_variables; i++)
        if (strcasecmp(plan->variables[i].name, name) == 0)
            return true;
    return false;
}

static void add_variable(struct data_plan *plan, const struct microdata_column *column, const char *name,
                         size_t choice) {
    bool spss = plan->form == DATA_SPSS;
    const char *unique = spss ? legal_name(plan->arena, name, SPSS_NAME_MAX) : name;
    for (size_t i = 2; is_taken(plan, unique); i++)
        unique = arena_printf(plan->arena, "%s_%zu", spss ? legal_name(plan->arena, name, SPSS_NAME_MAX - 8) : name, i);
    plan->variables[plan->n_variables++] = (struct data_variable){unique, column, choice};
}

/* A question with several choices is one column with all codes, and in SPSS one variable per choice. */
static void add_column(struct data_plan *plan, const struct microdata_column *column) {
    const struct question *q = column->field ? column->field->question : NULL;
    if (plan->form != DATA_SPSS || !q || q->type != QUESTION_CHOICES) {
        add_variable(plan, column, column->name, SIZE_MAX);
        return;
    }
    for (size_t i = 0; i < q->n_choices; i++)
        add_variable(plan, column, arena_printf(plan->arena, "%s_%s", column->name, q->choices[i].code), i);
}

void data_plan_make(struct data_plan *plan, const struct report_request *request, enum data_form form,
                    struct microdata *microdata, struct arena *arena) {
    *plan = (struct data_plan){.form = form, .request = request, .arena = arena, .microdata = microdata};
    plan->words = words_about(arena, request->texts, request->language, request->results);
    if (!microdata)
        return;
    size_t n = 0;
    plan->n_columns = microdata_columns(microdata, &plan->columns);
    for (size_t i = 0; i < plan->n_columns; i++) {
        const struct field *f = plan->columns[i].field;
        n += f && f->question && form == DATA_SPSS ? f->question->n_choices + 1 : 1;
    }
    plan->variables = arena_array(arena, n, sizeof *plan->variables);
    for (size_t i = 0; i < plan->n_columns; i++)
        add_column(plan, &plan->columns[i]);
}

static enum result not_written(const char *path, struct findings *findings) {
    finding_add(findings, SEVERITY_ERROR, (struct place){.file = path}, "data_not_written", "path", path, NULL);
    return RESULT_MACHINE;
}

struct data_file data_file_begin(struct arena *arena, const char *path, struct findings *findings) {
    struct data_file file = {.path = path, .temporary = arena_printf(arena, "%s.XXXXXX", path)};
    int fd = mkostemp(file.temporary, O_CLOEXEC); /* answers: readable by nobody else */
    file.out = fd < 0 ? NULL : fdopen(fd, "wb");
    if (fd >= 0 && !file.out) {
        close(fd);
        unlink(file.temporary);
    }
    if (!file.out)
        (void)not_written(path, findings);
    return file;
}

enum result data_file_end(struct data_file *file, bool good, struct findings *findings) {
    good = good && fflush(file->out) == 0 && !ferror(file->out) && fsync(fileno(file->out)) == 0;
    good = fclose(file->out) == 0 && good;
    if (good && rename(file->temporary, file->path) == 0)
        return RESULT_OK;
    unlink(file->temporary);
    return not_written(file->path, findings);
}

const char *data_codebook_path(struct arena *arena, const char *path) {
    const char *name = file_name(path), *point = strrchr(name, '.');
    bool ending = point && point > name;
    size_t n = ending ? (size_t)(point - path) : strlen(path);
    bool other = ending && strcasecmp(point, ".csv") != 0;
    return arena_printf(arena, "%.*s%s%s-codebook.csv", (int)n, path, other ? "-" : "", other ? point + 1 : "");
}

static enum result write_file(const struct data_plan *plan, struct findings *findings) {
    enum result result = codebook_write(plan, data_codebook_path(plan->arena, plan->request->path), findings);
    if (result != RESULT_OK)
        return result;
    struct data_file file = data_file_begin(plan->arena, plan->request->path, findings);
    if (!file.out)
        return RESULT_MACHINE;
    bool good = plan->form == DATA_CSV ? data_write_csv(plan, file.out) : data_write_spss(plan, file.out);
    return data_file_end(&file, good, findings);
}

enum result report_data(const struct report_request *request, enum data_form form, size_t sheet_rows,
                        struct data_written *written, struct findings *findings) {
    struct arena *arena = arena_new();
    struct microdata *microdata = NULL;
    struct data_plan plan;
    size_t n = (size_t)(file_name(request->path) - request->path);
    enum result result = microdata_open(&microdata, request->results, arena_copy(arena, request->path, n), findings);
    if (result == RESULT_OK) {
        data_plan_make(&plan, request, form, microdata, arena);
        result = form == DATA_WORKBOOK ? data_write_workbook(&plan, sheet_rows ? sheet_rows : DATA_SHEET_ROWS, findings)
                                       : write_file(&plan, findings);
    }
    if (result == RESULT_OK)
        *written = (struct data_written){microdata_rows(microdata), microdata_left_out(microdata),
                                         microdata_minimum(microdata), plan.sheets, plan.n_variables};
    microdata_close(microdata);
    arena_free(arena);
    return result;
}

enum result report_data_codebook(const struct report_request *request, struct findings *findings) {
    struct arena *arena = arena_new();
    struct data_plan plan;
    data_plan_make(&plan, request, DATA_CSV, NULL, arena);
    enum result result = codebook_write(&plan, data_codebook_path(arena, request->path), findings);
    arena_free(arena);
    return result;
}
