#include "collect/roster.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/embedded.h"
#include "base/letters.h"
#include "base/nearest.h"
#include "collect/roster_inside.h"

static const struct roster_field organisation_fields[] = {
    {"code", false}, {"name", true}, {"parent", false}, {"headcount", false}, {"language", false}};
static const struct roster_field person_fields[] = {{"email", true},       {"organisation", true}, {"name", false},
                                                    {"given_name", false}, {"unit", false},        {"language", false}};

size_t roster_fields(enum roster_kind kind, const struct roster_field **out) {
    *out = kind == ROSTER_PEOPLE ? person_fields : organisation_fields;
    return kind == ROSTER_PEOPLE ? sizeof person_fields / sizeof *person_fields
                                 : sizeof organisation_fields / sizeof *organisation_fields;
}

const char *roster_fold(struct arena *arena, struct str s) {
    struct buf out = BUF_INIT;
    while (s.n) {
        const char *const at = s.p;
        const uint32_t c = utf8_next(&s);
        const char *plain = letters_plain(c);
        if (plain)
            buf_text(&out, plain);
        else if (!letters_is_gap(c) && !letters_is_mark(c))
            buf_bytes(&out, at, (size_t)(s.p - at));
    }
    const char *folded = arena_copy(arena, out.p, out.n);
    buf_free(&out);
    return folded;
}

void roster_index_add(struct arena *arena, struct roster_index *index, size_t *capacity, const char *key, size_t at) {
    index->entries = arena_grow(arena, index->entries, index->n, capacity, sizeof *index->entries);
    index->entries[index->n++] = (struct roster_entry){key, at};
}

static int compare_entries(const void *a, const void *b) {
    const struct roster_entry *x = a, *y = b;
    const int order = strcmp(x->key, y->key);
    return order != 0 ? order : (x->at > y->at) - (x->at < y->at);
}

void roster_index_sort(struct roster_index *index) {
    if (index->n)
        qsort(index->entries, index->n, sizeof *index->entries, compare_entries);
}

size_t roster_index_find(const struct roster_index *index, const char *key, bool *twice) {
    size_t low = 0, high = index->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (strcmp(index->entries[middle].key, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    const bool found = low < index->n && strcmp(index->entries[low].key, key) == 0;
    if (twice)
        *twice = found && low + 1 < index->n && strcmp(index->entries[low + 1].key, key) == 0;
    return found ? index->entries[low].at : SIZE_MAX;
}

const char *roster_cell(const struct roster_work *w, size_t row, size_t field) {
    return csv_cell(&w->preview->csv->rows[row], w->preview->columns[field]);
}

const char *roster_field_text(struct arena *arena, enum roster_kind kind, size_t field) {
    const struct roster_field *fields;
    return arena_printf(arena, "column.%s", field < roster_fields(kind, &fields) ? fields[field].name : "");
}

void roster_wrong(struct roster_work *w, size_t row, size_t field, const char *code, const char *value,
                  const char *more_name, const char *more) {
    struct roster_preview *p = w->preview;
    finding_add(w->findings, SEVERITY_ERROR,
                (struct place){p->csv->file, p->csv->rows[row].line, p->columns[field] + 1}, code, "value", value,
                "column_text", roster_field_text(w->arena, p->kind, field), more_name, more, NULL);
    p->rows[row].state = ROSTER_ERROR;
}

bool roster_is_text(const char *s, size_t max) {
    return utf8_is_line(str_of(s)) && utf8_length(str_of(s)) <= max;
}

bool roster_is_language(const char *s) {
    const size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-0123456789");
    return s[n] == '\0' && (n == 0 || (n >= 2 && n <= 15));
}

const char *roster_language(const struct roster_work *w, const char *typed) {
    const struct ini_section *section = ini_find_section(w->words, "languages");
    const char *folded = roster_fold(w->arena, str_of(typed));
    for (size_t i = 0; section && i < section->n_keys; i++)
        for (struct str rest = str_of(section->keys[i].value), part; str_split(&rest, '|', &part);)
            if (strcmp(roster_fold(w->arena, part), folded) == 0)
                return section->keys[i].name;
    if (strlen(typed) != 2)
        return typed;
    char *tag = arena_string(w->arena, typed);
    tag[0] = (char)tolower((unsigned char)tag[0]);
    tag[1] = (char)tolower((unsigned char)tag[1]);
    return tag;
}

/* The section of config/columns.ini. */
static const char *section_of(enum roster_kind kind) {
    return kind == ROSTER_PEOPLE ? "people" : "organisations";
}

/* Is the heading one of the field's names in config/columns.ini? */
static bool heading_means(const struct roster_work *w, const char *folded, const char *field) {
    const struct ini_key *key = ini_find(w->words, section_of(w->preview->kind), field);
    for (struct str rest = str_of(key ? key->value : ""), part; str_split(&rest, '|', &part);)
        if (strcmp(roster_fold(w->arena, part), folded) == 0)
            return true;
    return false;
}

static bool is_taken(const struct roster_preview *p, size_t n_fields, size_t column) {
    for (size_t i = 0; i < n_fields; i++)
        if (p->columns[i] == (int)column)
            return true;
    return false;
}

/* Fields in their order take the first heading that means them: so with "organisation code" and "organisation", the
 * code's own heading goes to the code and the other one is left for the name. */
static void find_columns(struct roster_work *w, const struct roster_field *fields, size_t n_fields) {
    struct roster_preview *p = w->preview;
    const size_t n = p->csv->header.n_cells;
    const char **folded = arena_array(w->arena, n, sizeof *folded);
    for (size_t i = 0; i < n; i++)
        folded[i] = roster_fold(w->arena, str_of(p->csv->header.cells[i]));
    for (size_t f = 0; f < n_fields; f++)
        for (size_t i = 0; i < n && p->columns[f] < 0; i++)
            if (folded[i][0] && !is_taken(p, f, i) && heading_means(w, folded[i], fields[f].name))
                p->columns[f] = (int)i;
}

static void take_columns(struct roster_preview *p, const int *columns, size_t n_fields) {
    for (size_t f = 0; f < n_fields; f++)
        if (columns[f] >= 0 && (size_t)columns[f] < p->csv->header.n_cells && !is_taken(p, f, (size_t)columns[f]))
            p->columns[f] = columns[f];
}

/* The known heading that is nearest to this one, in whatever language; NULL when none is near. */
static const char *nearest_heading(const struct roster_work *w, const char *heading) {
    const struct ini_section *section = ini_find_section(w->words, section_of(w->preview->kind));
    const char **known = NULL;
    size_t n = 0, capacity = 0;
    for (size_t i = 0; section && i < section->n_keys; i++)
        for (struct str rest = str_of(section->keys[i].value), part; str_split(&rest, '|', &part);) {
            known = arena_grow(w->arena, known, n, &capacity, sizeof *known);
            known[n++] = arena_copy(w->arena, part.p, part.n);
        }
    return n ? nearest_name(heading, known, n) : NULL;
}

/* Columns that are missing are errors; those that nobody uses are said, with a guess, when they were looked for. */
static void check_columns(struct roster_work *w, const struct roster_field *fields, size_t n_fields, bool by_hand) {
    struct roster_preview *p = w->preview;
    p->complete = true;
    for (size_t f = 0; f < n_fields; f++) {
        if (p->columns[f] >= 0 || !fields[f].required)
            continue;
        p->complete = false;
        finding_add(w->findings, SEVERITY_ERROR, (struct place){p->csv->file, p->csv->header.line, 0}, "column_missing",
                    "column_text", roster_field_text(w->arena, p->kind, f), NULL);
    }
    for (size_t i = 0; !by_hand && i < p->csv->header.n_cells; i++) {
        const char *name = p->csv->header.cells[i];
        if (!name[0] || is_taken(p, n_fields, i))
            continue;
        const char *near = nearest_heading(w, name);
        finding_add(w->findings, SEVERITY_WARNING, (struct place){p->csv->file, p->csv->header.line, (int)i + 1},
                    near ? "column_ignored_near" : "column_ignored", "column", p->csv->titles[i], "near", near, NULL);
    }
}

/* Bytes without meaning, in this file or before it came to us: no name is stored with a hole in it. */
static bool has_hole(const struct csv_row *row) {
    for (size_t i = 0; i < row->n_cells; i++)
        if (strstr(row->cells[i], "\xEF\xBF\xBD"))
            return true;
    return false;
}

static enum result understand_rows(struct roster_work *w, struct store *store, struct id assessment) {
    struct roster_preview *p = w->preview;
    p->n_rows = p->csv->n_rows;
    p->rows = arena_array(w->arena, p->n_rows + 1, sizeof *p->rows);
    for (size_t i = 0; i < p->n_rows; i++)
        p->rows[i].line = p->csv->rows[i].line;
    enum result result = p->kind == ROSTER_PEOPLE ? roster_understand_people(w, store, assessment)
                                                  : roster_understand_organisations(w, store, assessment);
    for (size_t i = 0; i < p->n_rows; i++) {
        const struct csv_row *row = &p->csv->rows[i];
        if (!row->damaged && has_hole(row)) {
            finding_add(w->findings, SEVERITY_ERROR, (struct place){p->csv->file, row->line, 0}, "csv_row_not_decoded",
                        "encoding", p->csv->encoding, NULL);
            p->rows[i].state = ROSTER_ERROR;
        }
        if (row->damaged || row->n_cells > p->csv->header.n_cells)
            p->rows[i].state = ROSTER_ERROR; /* said when the table was read */
        p->counts[p->rows[i].state]++;
    }
    return result;
}

enum result roster_understand(struct roster_preview **out, struct arena *arena, struct store *store,
                              struct id assessment, enum roster_kind kind, const struct csv *csv, const int *columns,
                              struct findings *findings) {
    const struct roster_field *fields;
    const size_t n_fields = roster_fields(kind, &fields);
    struct roster_preview *p = arena_alloc(arena, sizeof *p);
    struct ini *words;
    *out = p;
    p->kind = kind;
    p->csv = csv;
    for (size_t f = 0; f < ROSTER_FIELDS_MAX; f++)
        p->columns[f] = -1;
    enum result result = ini_parse(&words, arena, "columns.ini", embedded_find("config/columns.ini"), findings);
    if (result != RESULT_OK)
        return RESULT_MACHINE;
    struct roster_work w = {.arena = arena, .findings = findings, .preview = p, .words = words};
    if (columns)
        take_columns(p, columns, n_fields);
    else
        find_columns(&w, fields, n_fields);
    check_columns(&w, fields, n_fields, columns != NULL);
    const size_t limit = kind == ROSTER_PEOPLE ? ROSTER_ROWS_MAX : ROSTER_ORGANISATIONS_MAX;
    if (csv->n_rows > limit) {
        finding_add(findings, SEVERITY_ERROR, (struct place){csv->file, 0, 0}, "roster_too_long", "n",
                    arena_printf(arena, "%zu", csv->n_rows), "limit", arena_printf(arena, "%zu", limit), NULL);
        p->too_long = true;
        p->complete = false;
    }
    return p->complete ? understand_rows(&w, store, assessment) : RESULT_OK;
}

void roster_check_languages(const struct roster_preview *p, struct arena *arena, const struct instrument *instrument,
                            struct findings *findings) {
    const size_t field = p->kind == ROSTER_PEOPLE ? (size_t)PERSON_LANGUAGE : (size_t)ORGANISATION_LANGUAGE;
    struct buf known = BUF_INIT;
    for (size_t l = 0; l < instrument->n_languages; l++)
        buf_printf(&known, "%s%s", l ? ", " : "", instrument->languages[l]);
    const char *languages = arena_copy(arena, known.p, known.n);
    buf_free(&known);
    for (size_t i = 0; p->columns[field] >= 0 && i < p->n_rows; i++) {
        const struct roster_row *r = &p->rows[i];
        const char *language = p->kind == ROSTER_PEOPLE ? r->person.language : r->organisation.language;
        if (r->state == ROSTER_ERROR || !language[0] || instrument_language(instrument, language) >= 0)
            continue;
        finding_add(findings, SEVERITY_WARNING, (struct place){p->csv->file, r->line, p->columns[field] + 1},
                    "language_not_asked", "value", csv_cell(&p->csv->rows[i], p->columns[field]), "languages",
                    languages, NULL);
    }
}

enum result roster_apply(struct store *store, struct id assessment, const struct roster_preview *p) {
    struct arena *arena = arena_new();
    struct organisation *organisations = arena_array(arena, p->n_rows + 1, sizeof *organisations);
    struct person *people = arena_array(arena, p->n_rows + 1, sizeof *people);
    size_t n = 0;
    for (size_t i = 0; i < p->n_rows; i++) {
        if (p->rows[i].state != ROSTER_NEW && p->rows[i].state != ROSTER_UPDATED)
            continue;
        if (p->kind == ROSTER_PEOPLE)
            people[n++] = p->rows[i].person;
        else
            organisations[n++] = p->rows[i].organisation;
    }
    enum result result = RESULT_OK;
    if (n)
        result = p->kind == ROSTER_PEOPLE ? store_put_people(store, assessment, people, n)
                                          : store_put_organisations(store, assessment, organisations, n);
    arena_free(arena);
    return result;
}
