/* Answers collected elsewhere, on paper or in another system, as a closed wave. Everything is checked first; all
 * findings come at once; nothing is stored unless everything is clean (or the bad rows are set aside by request). */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/file.h"
#include "base/nearest.h"
#include "collect/inside.h"

struct import {
    struct collect *c;
    struct arena *arena;
    struct findings *findings;
    const struct instrument *instrument;
    const struct import_options *options;
    struct csv *csv;
    int organisation_column, unit_column;
    int *field_of; /* per column: field index, or -1 */
    struct organisation *organisations;
    size_t n_organisations, organisation_capacity, known_organisations;
    int *answered; /* per organisation */
    size_t answered_capacity;
    struct answers *answers;
    struct response *responses;
    size_t n_responses;
    struct comment_list comments;
    bool *bad_rows;
    size_t n_bad;
};

static struct place cell_place(const struct import *m, size_t row, int column) {
    return (struct place){m->csv->file, m->csv->rows[row].line, column + 1};
}

static enum result check_columns(struct import *m) {
    const struct csv_row *header = &m->csv->header;
    const char **names = arena_array(m->arena, m->instrument->n_fields + 2, sizeof *names);
    size_t n = 0;
    names[n++] = "organisation";
    names[n++] = "unit";
    for (size_t i = 0; i < m->instrument->n_fields; i++)
        names[n++] = m->instrument->fields[i].name;
    enum result result = RESULT_OK;
    m->field_of = arena_array(m->arena, header->n_cells, sizeof *m->field_of);
    for (size_t i = 0; i < header->n_cells; i++) {
        const char *name = header->cells[i];
        struct place place = {m->csv->file, header->line, (int)i + 1};
        m->field_of[i] = instrument_field(m->instrument, name);
        bool known = m->field_of[i] >= 0 || strcmp(name, "organisation") == 0 || strcmp(name, "unit") == 0;
        const char *near = known ? NULL : nearest_name(name, names, n);
        if (!known)
            finding_add(m->findings, SEVERITY_ERROR, place, near ? "column_unknown_near" : "column_unknown", "column",
                        name, "near", near, NULL);
        else if (csv_column(m->csv, name) != (int)i)
            finding_add(m->findings, SEVERITY_ERROR, place, "column_twice", "column", name, NULL);
        else
            continue;
        result = RESULT_INPUT;
    }
    m->organisation_column = csv_column(m->csv, "organisation");
    m->unit_column = csv_column(m->csv, "unit");
    if (m->organisation_column < 0) {
        finding_add(m->findings, SEVERITY_ERROR, (struct place){m->csv->file, header->line, 0}, "column_missing",
                    "column", "organisation", NULL);
        result = RESULT_INPUT;
    }
    return result;
}

/* The organisation's index, or -1 with a finding. */
static long find_organisation(struct import *m, size_t row) {
    const char *code = csv_cell(&m->csv->rows[row], m->organisation_column);
    struct place place = cell_place(m, row, m->organisation_column);
    for (size_t i = 0; i < m->n_organisations; i++)
        if (strcmp(m->organisations[i].code, code) == 0)
            return (long)i;
    if (!code[0]) {
        finding_add(m->findings, SEVERITY_ERROR, place, "organisation_empty", NULL);
        return -1;
    }
    if (!m->options->create_organisations) {
        const char **codes = arena_array(m->arena, m->n_organisations + 1, sizeof *codes);
        for (size_t i = 0; i < m->n_organisations; i++)
            codes[i] = m->organisations[i].code;
        const char *near = nearest_name(code, codes, m->n_organisations);
        finding_add(m->findings, SEVERITY_ERROR, place, near ? "organisation_unknown_near" : "organisation_unknown",
                    "organisation", code, "near", near, NULL);
        return -1;
    }
    m->organisations =
        arena_grow(m->arena, m->organisations, m->n_organisations, &m->organisation_capacity, sizeof *m->organisations);
    m->organisations[m->n_organisations] = (struct organisation){code, code, "", "", -1};
    return (long)m->n_organisations++;
}

/* The codes a field takes, for the finding: "1, 2, 3, na". */
static const char *accepted(struct import *m, const struct field *field) {
    struct buf b = BUF_INIT;
    if (field->item) {
        const struct scale *scale = m->instrument->constructs[field->item->construct].scale;
        for (size_t i = 0; i < scale->n_points; i++)
            buf_printf(&b, "%s%d", i ? ", " : "", scale->points[i].code);
        for (size_t i = 0; i < scale->n_not_applicable; i++)
            buf_printf(&b, ", %s", scale->not_applicable[i].name);
    } else {
        assert(field->question); /* a field is an item or a question */
        for (size_t i = 0; i < field->question->n_choices; i++)
            buf_printf(&b, "%s%s", i ? ", " : "", field->question->choices[i].code);
    }
    const char *text = arena_copy(m->arena, b.p, b.n);
    buf_free(&b);
    return text;
}

static bool set_field(struct import *m, size_t row, size_t column) {
    const char *typed = csv_cell(&m->csv->rows[row], (int)column);
    size_t index = (size_t)m->field_of[column];
    const struct field *field = &m->instrument->fields[index];
    bool good = true;
    struct str rest = str_of(typed), part;
    if (field->question && field->question->type == QUESTION_CHOICES) {
        while (str_split(&rest, ' ', &part))
            good = answer_set(m->arena, m->answers, index, part) && good;
    } else {
        good = answer_set(m->arena, m->answers, index, rest);
    }
    if (good)
        return true;
    const char *codes = accepted(m, field);
    finding_add(m->findings, SEVERITY_ERROR, cell_place(m, row, (int)column),
                codes[0] ? "value_not_a_code" : "value_not_accepted", "value", typed, "field", field->name, "codes",
                codes, NULL);
    return false;
}

static bool import_row(struct import *m, size_t row) {
    const struct csv_row *cells = &m->csv->rows[row];
    memset(m->answers->of, 0, m->instrument->n_fields * sizeof *m->answers->of);
    long organisation = find_organisation(m, row);
    bool good = organisation >= 0;
    for (size_t i = 0; i < m->csv->header.n_cells; i++)
        if (m->field_of[i] >= 0 && !set_field(m, row, i))
            good = false;
    if (!good)
        return false;
    answers_drop_hidden(m->answers, AUDIENCE_STAFF);
    if (answers_count(m->answers, AUDIENCE_STAFF) == 0) {
        finding_add(m->findings, SEVERITY_WARNING, cell_place(m, row, 0), "row_without_answers", NULL);
        return true;
    }
    struct response *r = &m->responses[m->n_responses++];
    *r =
        (struct response){.organisation = m->organisations[organisation].code, .unit = csv_cell(cells, m->unit_column)};
    split_answers(m->arena, m->answers, r->organisation, r, &m->comments);
    while (m->answered_capacity <= (size_t)organisation)
        m->answered = arena_grow(m->arena, m->answered, m->answered_capacity, &m->answered_capacity, sizeof(int));
    m->answered[organisation]++;
    return true;
}

static enum result write_bad_rows(const struct import *m) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return RESULT_MACHINE;
    struct csv_writer w = {.out = out};
    for (size_t c = 0; c < m->csv->header.n_cells; c++)
        csv_text(&w, m->csv->header.cells[c]);
    csv_end(&w);
    for (size_t i = 0; i < m->csv->n_rows; i++) {
        if (!m->bad_rows[i])
            continue;
        for (size_t c = 0; c < m->csv->header.n_cells; c++)
            csv_text(&w, csv_cell(&m->csv->rows[i], (int)c));
        csv_end(&w);
    }
    enum result result = RESULT_MACHINE;
    if (fclose(out) == 0)
        result = file_write(m->options->skip_bad_to, (struct str){text, size}, 0600, m->findings);
    free(text);
    return result;
}

/* Reads and checks everything; RESULT_INPUT when something is wrong that may not be skipped. */
static enum result read_rows(struct import *m, const char *path) {
    enum result result = csv_read(&m->csv, m->arena, path, m->findings);
    if (!m->csv)
        return result;
    if (check_columns(m) != RESULT_OK)
        result = RESULT_INPUT;
    if (m->organisation_column < 0)
        return result;
    m->answers = answers_new(m->arena, m->instrument);
    m->responses = arena_array(m->arena, m->csv->n_rows + 1, sizeof *m->responses);
    m->bad_rows = arena_array(m->arena, m->csv->n_rows + 1, sizeof *m->bad_rows);
    for (size_t i = 0; i < m->csv->n_rows; i++)
        if (!import_row(m, i)) {
            m->bad_rows[i] = true;
            m->n_bad++;
        }
    if (result == RESULT_OK && m->n_bad && !m->options->skip_bad_to)
        result = RESULT_INPUT;
    if (result == RESULT_OK && m->n_responses == 0) {
        finding_add(m->findings, SEVERITY_ERROR, (struct place){m->csv->file, 0, 0}, "nothing_to_import", NULL);
        result = RESULT_INPUT;
    }
    return result;
}

static enum result store_rows(struct import *m, const struct assessment *a, struct wave *wave) {
    struct invited *invited = arena_array(m->arena, m->n_organisations + 1, sizeof *invited);
    for (size_t i = 0; i < m->n_organisations; i++) {
        int answered = i < m->answered_capacity ? m->answered[i] : 0;
        invited[i] = (struct invited){.organisation = m->organisations[i].code,
                                      .invited = m->organisations[i].headcount > 0 ? m->organisations[i].headcount : 0,
                                      .answered = answered};
    }
    order_responses(m->responses, m->n_responses);
    order_comments(m->comments.list, m->comments.n);
    enum result result = store_put_organisations(m->c->store, a->id, m->organisations + m->known_organisations,
                                                 m->n_organisations - m->known_organisations);
    if (result == RESULT_OK)
        result = store_import_wave(m->c->store, wave, pinned_files(m->arena, m->instrument), m->instrument->n_files,
                                   m->responses, m->n_responses, m->comments.list, m->comments.n, invited,
                                   m->n_organisations);
    return result;
}

static enum result check_label(struct import *m, const struct assessment *a, const char *label) {
    struct wave *waves;
    size_t n;
    if (!wave_label_good(label)) {
        finding_add(m->findings, SEVERITY_ERROR, (struct place){NULL, 0, 0}, "wave_label_not_accepted", NULL);
        return RESULT_INPUT;
    }
    if (store_list_waves(m->c->store, m->arena, a->id, &waves, &n) != RESULT_OK)
        return RESULT_MACHINE;
    for (size_t i = 0; i < n; i++)
        if (strcmp(waves[i].label, label) == 0) {
            finding_add(m->findings, SEVERITY_ERROR, (struct place){NULL, 0, 0}, "wave_label_taken", "value", label,
                        NULL);
            return RESULT_INPUT;
        }
    return RESULT_OK;
}

enum result collect_import(struct collect *c, const struct assessment *a, const struct instrument *instrument,
                           const char *path, const struct import_options *options, struct wave *wave,
                           struct import_outcome *out, struct arena *arena, struct findings *findings) {
    struct import m = {.c = c, .arena = arena, .findings = findings, .instrument = instrument, .options = options};
    const char *label = options->label ? options->label : "imported";
    *out = (struct import_outcome){0};
    if (store_list_organisations(c->store, arena, a->id, &m.organisations, &m.n_organisations) != RESULT_OK)
        return RESULT_MACHINE;
    m.known_organisations = m.organisation_capacity = m.n_organisations;
    enum result result = check_label(&m, a, label);
    enum result rows = read_rows(&m, path);
    if (rows != RESULT_OK)
        result = rows;
    if (result != RESULT_OK)
        return result;
    if (m.n_bad && (result = write_bad_rows(&m)) != RESULT_OK)
        return result;
    *wave = (struct wave){.id = id_new(),
                          .assessment = a->id,
                          .label = label,
                          .state = WAVE_CLOSED,
                          .opened = arena_string(arena, clock_today().text),
                          .until = "",
                          .closed = arena_string(arena, clock_today().text),
                          .mode = a->mode,
                          .min_group = a->min_group,
                          .min_comments = a->min_comments,
                          .imported = true};
    memcpy(wave->instrument_hash, instrument->hash, sizeof wave->instrument_hash);
    result = store_rows(&m, a, wave);
    *out = (struct import_outcome){m.csv->n_rows, m.n_responses, m.n_bad, m.n_organisations - m.known_organisations};
    return result;
}
