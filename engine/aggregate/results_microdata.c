/* Microdata from the store: one pass over the responses, which writes the answers without their keys to a file that has
 * no name and keeps the keys as a number per response; then the cells are coarsened; then the rows are read back in a
 * fresh random order. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "aggregate/microdata.h"
#include "aggregate/results_state.h"
#include "base/json.h"
#include "base/random.h"

enum { RESPONSES_PER_ARENA = 256, WRITE_BUFFER = 1 << 20, NOT_APPLICABLE_BIT = 0x80 };

struct names { /* texts seen, each once; a label is known by its position */
    const char **list;
    size_t n, capacity;
    size_t *index, index_size; /* hash table: position + 1 */
};

struct slot { /* where a field's answer is in the bytes of a row */
    const struct field *field;
    size_t index, at, size;
};

struct microdata {
    struct arena *arena;
    size_t k, n_labels, n_columns, n_slots, row_size;
    struct microdata_column *columns;
    struct slot *slots; /* of the columns that are no keys */
    const struct instrument *instrument;
    struct microdata_loss *losses;
    struct names *seen; /* per label */
    uint32_t *keys;     /* per cell: what it was before coarsening, n_labels each: position + 1 in seen */
    uint32_t *told;     /* the same, after the published groups */
    size_t *cell_n, n_cells, cell_capacity;
    size_t *index, index_size; /* hash table over cells */
    struct microdata_cell *cells;
    uint32_t *cell_of; /* per response */
    size_t n_responses, response_capacity, left_out;
    int fd;
    struct buf out; /* rows not yet written */
    bool trouble;
};

struct reading {
    struct microdata *m;
    const struct published *published;
    size_t n_published;
    const char *organisation; /* the current one */
    struct arena *organisation_arena, *text_arena;
    const char **told; /* the groups that it tells */
    size_t n_told;
    struct answers *answers;
    uint32_t *key, *told_key;
};

static uint64_t hash_bytes(const void *p, size_t n) { /* FNV-1a */
    uint64_t h = 14695981039346656037U;
    for (size_t i = 0; i < n; i++) {
        h = (h ^ ((const uint8_t *)p)[i]) * 1099511628211U;
    }
    return h;
}

/* A hash table of positions that is never more than half full: grown, and all positions put in again by the caller. */
static bool index_is_full(size_t n, size_t index_size) {
    return 2 * (n + 1) > index_size;
}

static size_t *index_grow(size_t **index, size_t *index_size) {
    *index_size = *index_size ? *index_size * 2 : 64;
    free(*index);
    *index = mem_array(*index_size, sizeof **index);
    return *index;
}

static void names_place(struct names *s, size_t position) {
    size_t at = hash_bytes(s->list[position], strlen(s->list[position])) & (s->index_size - 1);
    while (s->index[at]) {
        at = (at + 1) & (s->index_size - 1);
    }
    s->index[at] = position + 1;
}

/* Position + 1 of the name; 0 for "". */
static uint32_t names_find(struct names *s, struct arena *arena, const char *name) {
    if (!name || !name[0]) {
        return 0;
    }
    if (index_is_full(s->n, s->index_size)) {
        index_grow(&s->index, &s->index_size);
        for (size_t i = 0; i < s->n; i++) {
            names_place(s, i);
        }
    }
    for (size_t at = hash_bytes(name, strlen(name)) & (s->index_size - 1); s->index[at];
         at = (at + 1) & (s->index_size - 1)) {
        if (strcmp(s->list[s->index[at] - 1], name) == 0) {
            return (uint32_t)s->index[at];
        }
    }
    s->list = arena_grow(arena, s->list, s->n, &s->capacity, sizeof *s->list);
    s->list[s->n] = arena_string(arena, name);
    names_place(s, s->n++);
    return (uint32_t)s->n;
}

static void cells_place(struct microdata *m, size_t cell) {
    size_t bytes = m->n_labels * sizeof *m->keys, at = hash_bytes(m->keys + cell * m->n_labels, bytes);
    for (at &= m->index_size - 1; m->index[at];) {
        at = (at + 1) & (m->index_size - 1);
    }
    m->index[at] = cell + 1;
}

/* The cell of a response with these keys; `told` is what is left of them by the published groups. */
static size_t find_cell(struct microdata *m, const uint32_t *key, const uint32_t *told) {
    size_t bytes = m->n_labels * sizeof *key;
    if (index_is_full(m->n_cells, m->index_size)) {
        index_grow(&m->index, &m->index_size);
        for (size_t i = 0; i < m->n_cells; i++) {
            cells_place(m, i);
        }
    }
    for (size_t at = hash_bytes(key, bytes) & (m->index_size - 1); m->index[at]; at = (at + 1) & (m->index_size - 1)) {
        if (memcmp(m->keys + (m->index[at] - 1) * m->n_labels, key, bytes) == 0) {
            return m->index[at] - 1;
        }
    }
    if (m->n_cells == m->cell_capacity) {
        m->cell_capacity = m->cell_capacity ? m->cell_capacity * 2 : 64;
        m->keys = mem_resize(m->keys, m->cell_capacity * bytes);
        m->told = mem_resize(m->told, m->cell_capacity * bytes);
        m->cell_n = mem_resize(m->cell_n, m->cell_capacity * sizeof *m->cell_n);
    }
    memcpy(m->keys + m->n_cells * m->n_labels, key, bytes);
    memcpy(m->told + m->n_cells * m->n_labels, told, bytes);
    m->cell_n[m->n_cells] = 0;
    cells_place(m, m->n_cells);
    return m->n_cells++;
}

/* Columns: organisation, unit, then the fields of the staff form that may be in the file. */
static bool field_is_in(const struct field *f) {
    if (!(f->audience & AUDIENCE_STAFF)) {
        return false;
    }
    return f->item || f->question->type == QUESTION_CHOICE || f->question->type == QUESTION_CHOICES;
}

static void add_column(struct microdata *m, const char *name, const struct field *field, size_t index) {
    bool key = !field || (field->question && field->question->group);
    struct microdata_column *c = &m->columns[m->n_columns++];
    *c = (struct microdata_column){name, field, key, key ? m->n_labels : m->n_slots};
    if (key) {
        m->losses[m->n_labels++].column = m->n_columns - 1;
        return;
    }
    size_t size = field->question && field->question->type == QUESTION_CHOICES ? sizeof(uint64_t) : 1;
    m->slots[m->n_slots++] = (struct slot){field, index, m->row_size, size};
    m->row_size += size;
}

static void make_columns(struct microdata *m) {
    const struct instrument *in = m->instrument;
    m->columns = arena_array(m->arena, in->n_fields + 2, sizeof *m->columns);
    m->slots = arena_array(m->arena, in->n_fields + 1, sizeof *m->slots);
    m->losses = arena_array(m->arena, in->n_fields + 2, sizeof *m->losses);
    add_column(m, "organisation", NULL, 0);
    add_column(m, "unit", NULL, 0);
    for (size_t i = 0; i < in->n_fields; i++) {
        if (field_is_in(&in->fields[i])) {
            add_column(m, in->fields[i].name, &in->fields[i], i);
        }
    }
    m->seen = arena_array(m->arena, m->n_labels, sizeof *m->seen);
}

/* An answer as a byte: 0 none; a point or a choice by its position + 1; not applicable with the high bit. */
static uint8_t answer_byte(const struct answer *a) {
    if (a->state == ANSWER_NOT_APPLICABLE) {
        return (uint8_t)(NOT_APPLICABLE_BIT | a->code);
    }
    return a->state == ANSWER_CODE ? (uint8_t)(1 + a->code) : 0;
}

static int point_of(const struct microdata *m, const struct item *item, int code) {
    const struct scale *scale = m->instrument->constructs[item->construct].scale;
    for (size_t i = 0; i < scale->n_points; i++) {
        if (scale->points[i].code == code) {
            return (int)i;
        }
    }
    return -1;
}

static void put_answers(struct microdata *m, const struct answers *answers) {
    for (size_t i = 0; i < m->n_slots; i++) {
        const struct slot *s = &m->slots[i];
        struct answer a = answers->of[s->index];
        if (s->size > 1) {
            uint64_t set = a.state == ANSWER_SET ? a.set : 0;
            buf_bytes(&m->out, &set, sizeof set);
            continue;
        }
        if (s->field->item && a.state == ANSWER_CODE) {
            a.code = point_of(m, s->field->item, a.code);
        }
        buf_char(&m->out, (char)answer_byte(&a));
    }
}

static bool write_out(struct microdata *m) {
    for (size_t at = 0; at < m->out.n;) {
        ssize_t done = write(m->fd, m->out.p + at, m->out.n - at);
        if (done < 0 && errno == EINTR) {
            continue;
        }
        if (done <= 0) {
            return false;
        }
        at += (size_t)done;
    }
    buf_clear(&m->out);
    return true;
}

/* Which groups the reports tell of an organisation: the variable "response" of what was decided. */
static void take_told(struct reading *d) {
    struct json_reader reader;
    struct json_member member;
    d->told = NULL;
    d->n_told = 0;
    for (size_t i = 0; i < d->n_published; i++) {
        if (strcmp(d->published[i].organisation, d->organisation) != 0) {
            continue;
        }
        for (bool more = json_read_object(&reader, d->published[i].groups, d->organisation_arena);
             more && json_next(&reader, &member);) {
            size_t capacity = 0;
            struct str rest = member.text, element;
            while (str_is(member.key, "response") && member.type == JSON_ARRAY &&
                   json_array_next(&rest, d->organisation_arena, &element)) {
                d->told = arena_grow(d->organisation_arena, d->told, d->n_told, &capacity, sizeof *d->told);
                d->told[d->n_told++] = arena_copy(d->organisation_arena, element.p, element.n);
            }
        }
    }
}

/* Does the organisation tell the group "question=value" ("" and "": the whole)? */
static bool is_told(const struct reading *d, const char *question, const char *value) {
    size_t n = strlen(question);
    for (size_t i = 0; i < d->n_told; i++) {
        const char *group = d->told[i];
        if (n == 0 ? !group[0] : strncmp(group, question, n) == 0 && group[n] == '=' && !strcmp(group + n + 1, value)) {
            return true;
        }
    }
    return false;
}

static void begin_organisation(struct reading *d, const char *organisation) {
    arena_free(d->organisation_arena);
    d->organisation_arena = arena_new();
    d->organisation = arena_string(d->organisation_arena, organisation);
    take_told(d);
}

/* The keys of a response: what it has, and what is told of it. */
static void take_keys(struct reading *d, const struct response *r) {
    struct microdata *m = d->m;
    bool whole = r->organisation[0] && is_told(d, "", "");
    for (size_t c = 0; c < m->n_columns; c++) {
        const struct microdata_column *column = &m->columns[c];
        if (!column->key) {
            continue;
        }
        const char *value = column->at == 0 ? r->organisation : r->unit;
        bool told = whole;
        if (column->field) {
            const struct question *q = column->field->question;
            const struct answer *a = &d->answers->of[q->field];
            value = a->state == ANSWER_CODE ? q->choices[a->code].code : "";
            /* "unit=..." always means units: a question of that name is never told */
            told = whole && strcmp(q->name, "unit") != 0 && is_told(d, q->name, value);
        } else if (column->at == 1) {
            told = whole && value && is_told(d, "unit", value);
        }
        d->key[column->at] = names_find(&m->seen[column->at], m->arena, value);
        d->told_key[column->at] = told ? d->key[column->at] : 0;
    }
}

static bool each_response(void *context, const struct response *r) {
    struct reading *d = context;
    struct microdata *m = d->m;
    if (!d->organisation || strcmp(d->organisation, r->organisation) != 0) {
        begin_organisation(d, r->organisation);
    }
    if (m->n_responses % RESPONSES_PER_ARENA == 0) {
        arena_free(d->text_arena);
        d->text_arena = arena_new();
    }
    size_t blank = m->instrument->n_fields * sizeof *d->answers->of;
    memset(d->answers->of, 0, blank);
    if (!answers_read_json(d->answers, r->answers, d->text_arena)) {
        memset(d->answers->of, 0, blank);
    }
    take_keys(d, r);
    if (m->n_responses == m->response_capacity) {
        m->response_capacity = m->response_capacity ? m->response_capacity * 2 : 1024;
        m->cell_of = mem_resize(m->cell_of, m->response_capacity * sizeof *m->cell_of);
    }
    size_t cell = find_cell(m, d->key, d->told_key);
    m->cell_n[cell]++;
    m->cell_of[m->n_responses++] = (uint32_t)cell;
    put_answers(m, d->answers);
    m->trouble = m->out.n >= WRITE_BUFFER && !write_out(m);
    return !m->trouble;
}

static enum result read_responses(struct microdata *m, struct results *r) {
    struct reading d = {.m = m};
    struct published *published;
    enum result result = store_list_published(r->store, m->arena, r->wave.id, &published, &d.n_published);
    if (result == RESULT_OK) {
        d.published = published;
        d.answers = answers_new(m->arena, m->instrument);
        d.key = arena_array(m->arena, m->n_labels, sizeof *d.key);
        d.told_key = arena_array(m->arena, m->n_labels, sizeof *d.told_key);
        result = store_each_response(r->store, r->wave.id, NULL, each_response, &d);
    }
    arena_free(d.organisation_arena);
    arena_free(d.text_arena);
    return result == RESULT_OK && !m->trouble && write_out(m) ? RESULT_OK : RESULT_MACHINE;
}

static const char *label_of(const struct microdata *m, size_t label, uint32_t key) {
    return key ? m->seen[label].list[key - 1] : MICRODATA_NONE;
}

/* From the wave's own minimum upwards: each raise begins from what the one before gave. */
static void coarsen(struct microdata *m, size_t from_k) {
    m->cells = arena_array(m->arena, m->n_cells + 1, sizeof *m->cells);
    const char **labels = arena_array(m->arena, m->n_cells * m->n_labels + 1, sizeof *labels);
    for (size_t c = 0; c < m->n_cells; c++) {
        m->cells[c] = (struct microdata_cell){labels + c * m->n_labels, m->cell_n[c], false};
        for (size_t l = 0; l < m->n_labels; l++) {
            m->cells[c].labels[l] = label_of(m, l, m->told[c * m->n_labels + l]);
        }
    }
    for (size_t k = from_k; k <= m->k; k++) {
        microdata_coarsen(m->cells, m->n_cells, m->n_labels, k);
    }
    for (size_t c = 0; c < m->n_cells; c++) {
        m->left_out += m->cells[c].left_out ? m->cells[c].n : 0;
        for (size_t l = 0; l < m->n_labels && !m->cells[c].left_out; l++) {
            bool lost = m->keys[c * m->n_labels + l] != 0 && !m->cells[c].labels[l][0];
            m->losses[l].rows += lost ? m->cells[c].n : 0;
        }
    }
}

/* A file without a name: nobody else can open it, and it is gone with the process. */
static int open_nameless(const char *folder) {
    int fd = open(folder[0] ? folder : ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0) { /* a file system that has no such files */
        char path[4096];
        int n = snprintf(path, sizeof path, "%s%sanswers.XXXXXX", folder, folder[0] ? "/" : "");
        fd = n > 0 && (size_t)n < sizeof path ? mkostemp(path, O_CLOEXEC) : -1;
        if (fd >= 0) {
            unlink(path);
        }
    }
    return fd;
}

/* No responses, but figures that were made from some: they were removed when their time was over. */
static bool were_removed(const struct microdata *m, struct results *r) {
    struct aggregate_source source = {0};
    return m->n_responses == 0 && store_get_aggregate_source(r->store, r->wave.id, &source) == RESULT_OK &&
           source.n_responses > 0;
}

enum result microdata_open(struct microdata **out, struct results *results, const char *folder,
                           struct findings *findings) {
    struct microdata *m = mem_array(1, sizeof *m);
    *m = (struct microdata){.arena = arena_new(), .k = results->k, .out = BUF_INIT};
    m->instrument = instrument_hold(results->instrument);
    make_columns(m);
    m->fd = open_nameless(folder);
    enum result result = m->fd < 0 ? RESULT_MACHINE : read_responses(m, results);
    if (result == RESULT_OK && were_removed(m, results)) {
        finding_add(findings, SEVERITY_ERROR, (struct place){NULL, 0, 0}, "microdata_removed", "wave",
                    results->wave.label, NULL);
        result = RESULT_INPUT;
    }
    if (result == RESULT_OK) {
        coarsen(m, (size_t)results->wave.min_group);
        *out = m;
        return RESULT_OK;
    }
    microdata_close(m);
    return result;
}

void microdata_close(struct microdata *m) {
    if (!m) {
        return;
    }
    for (size_t l = 0; l < m->n_labels; l++) {
        free(m->seen[l].index);
    }
    if (m->fd >= 0) {
        close(m->fd);
    }
    free(m->keys);
    free(m->told);
    free(m->cell_n);
    free(m->index);
    free(m->cell_of);
    buf_free(&m->out);
    instrument_release(m->instrument);
    arena_free(m->arena);
    free(m);
}

size_t microdata_columns(const struct microdata *m, const struct microdata_column **columns) {
    *columns = m->columns;
    return m->n_columns;
}

size_t microdata_rows(const struct microdata *m) {
    return m->n_responses - m->left_out;
}

size_t microdata_left_out(const struct microdata *m) {
    return m->left_out;
}

size_t microdata_minimum(const struct microdata *m) {
    return m->k;
}

size_t microdata_losses(const struct microdata *m, const struct microdata_loss **losses) {
    *losses = m->losses;
    return m->n_labels;
}

static int by_name(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

size_t microdata_labels(const struct microdata *m, size_t label, const char *const **labels) {
    const char **list = arena_array(m->arena, m->n_cells + 1, sizeof *list);
    size_t n = 0, kept = 0;
    for (size_t c = 0; c < m->n_cells; c++) {
        if (!m->cells[c].left_out && m->cells[c].labels[label][0]) {
            list[n++] = m->cells[c].labels[label];
        }
    }
    qsort(list, n, sizeof *list, by_name);
    for (size_t i = 0; i < n; i++) {
        if (kept == 0 || strcmp(list[kept - 1], list[i]) != 0) {
            list[kept++] = list[i];
        }
    }
    *labels = list;
    return kept;
}

static bool read_row(const struct microdata *m, size_t response, uint8_t *bytes) {
    for (size_t at = 0; at < m->row_size;) {
        ssize_t got = pread(m->fd, bytes + at, m->row_size - at, (off_t)(response * m->row_size + at));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return false;
        }
        at += (size_t)got;
    }
    return true;
}

static struct answer answer_from(const struct microdata *m, const struct slot *s, const uint8_t *bytes) {
    uint64_t set;
    if (s->size > 1) {
        memcpy(&set, bytes + s->at, sizeof set);
        return (struct answer){.state = set ? ANSWER_SET : ANSWER_NONE, .set = set};
    }
    uint8_t byte = bytes[s->at];
    if (byte == 0) {
        return (struct answer){.state = ANSWER_NONE};
    }
    if (byte & NOT_APPLICABLE_BIT) {
        return (struct answer){.state = ANSWER_NOT_APPLICABLE, .code = byte & ~NOT_APPLICABLE_BIT};
    }
    int position = byte - 1;
    if (s->field->item) {
        position = m->instrument->constructs[s->field->item->construct].scale->points[position].code;
    }
    return (struct answer){.state = ANSWER_CODE, .code = position};
}

/* The responses that are in the file, in a random order (Fisher and Yates). */
static uint32_t *draw_order(const struct microdata *m) {
    uint32_t *order = mem_array(m->n_responses + 1, sizeof *order);
    size_t n = 0;
    for (size_t i = 0; i < m->n_responses; i++) {
        if (!m->cells[m->cell_of[i]].left_out) {
            order[n++] = (uint32_t)i;
        }
    }
    for (size_t i = n; i > 1; i--) {
        size_t j = random_below((uint32_t)i);
        uint32_t swap = order[i - 1];
        order[i - 1] = order[j];
        order[j] = swap;
    }
    return order;
}

enum result microdata_each(struct microdata *m, bool (*each)(void *context, const struct microdata_row *row),
                           void *context) {
    uint32_t *order = draw_order(m);
    uint8_t *bytes = mem_array(m->row_size + 1, 1);
    struct answer *answers = mem_array(m->n_slots + 1, sizeof *answers);
    bool more = true, good = true;
    for (size_t i = 0; i < microdata_rows(m) && more && good; i++) {
        good = read_row(m, order[i], bytes);
        for (size_t s = 0; s < m->n_slots && good; s++) {
            answers[s] = answer_from(m, &m->slots[s], bytes);
        }
        const struct microdata_row row = {m->cells[m->cell_of[order[i]]].labels, answers};
        more = good && each(context, &row);
    }
    free(order);
    free(bytes);
    free(answers);
    return good ? RESULT_OK : RESULT_MACHINE;
}
