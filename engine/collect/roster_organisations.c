/* Rosters of organisations: codes once each, parents known. */
#include <stdint.h>
#include <string.h>

#include "base/letters.h"
#include "collect/roster_inside.h"

enum { CODE_MAX = 40 };

/* Codes go into reports, exports, addresses and file names: letters, digits, - _ and point. */
static bool is_code(const char *s) {
    const size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");
    return n > 0 && n <= CODE_MAX && s[n] == '\0' && strcmp(s, ".") != 0 && strcmp(s, "..") != 0;
}

/* Words that stand where a code would in an address of the workspace. */
static bool is_taken_word(const char *code) {
    return strcmp(code, "add") == 0 || strcmp(code, "import") == 0;
}

const char *roster_check_organisation(const struct organisation *o, size_t field) {
    switch (field) {
    case ORGANISATION_CODE:
        return !is_code(o->code) ? "code_not_accepted" : is_taken_word(o->code) ? "code_reserved" : NULL;
    case ORGANISATION_NAME:
        return o->name[0] && roster_is_text(o->name, 200) ? NULL : "name_not_accepted";
    case ORGANISATION_HEADCOUNT:
        return o->headcount >= -1 ? NULL : "headcount_not_accepted";
    case ORGANISATION_LANGUAGE:
        return roster_is_language(o->language) ? NULL : "language_not_accepted";
    default:
        return NULL;
    }
}

/* "1 200" and "1200" alike; -1 for nothing, -2 for what is no number. */
static int read_headcount(struct arena *arena, const char *typed) {
    char *digits = arena_alloc(arena, strlen(typed) + 1);
    size_t n = 0;
    long value = -1;
    for (const char *p = typed; *p; p++) {
        if (strncmp(p, "\xC2\xA0", 2) == 0)
            p += 1;
        else if (strncmp(p, "\xE2\x80\xAF", 3) == 0)
            p += 2;
        else if (*p != ' ')
            digits[n++] = *p;
    }
    if (n == 0)
        return -1;
    return str_to_long((struct str){digits, n}, &value) && value >= 0 && value <= 10000000 ? (int)value : -2;
}

const char *roster_make_code(struct arena *arena, const char *name) {
    struct buf b = BUF_INIT;
    bool gap = false;
    for (struct str rest = str_of(name); rest.n;) {
        const uint32_t c = utf8_next(&rest);
        const char digit[2] = {(char)c, '\0'};
        const char *plain = c >= '0' && c <= '9' ? digit : letters_plain(c);
        if (plain) {
            buf_printf(&b, "%s%s", gap && b.n ? "-" : "", plain);
            gap = false;
        } else if (letters_is_gap(c)) {
            gap = true;
        }
    }
    size_t n = b.n < CODE_MAX - 4 ? b.n : CODE_MAX - 4; /* room for a number */
    while (n > 0 && b.p[n - 1] == '-')
        n--;
    const char *code = arena_copy(arena, b.p, n);
    buf_free(&b);
    return code;
}

struct known { /* what is stored, and what this table adds */
    struct organisation *stored;
    size_t n_stored;
    struct roster_index codes, names; /* of what is stored; names folded */
    struct roster_index new_codes, new_names;
    struct roster_index said_codes; /* those that stand in the table */
};

static void index_stored(struct arena *arena, struct known *k) {
    size_t codes = 0, names = 0;
    for (size_t i = 0; i < k->n_stored; i++) {
        roster_index_add(arena, &k->codes, &codes, k->stored[i].code, i);
        roster_index_add(arena, &k->names, &names, roster_fold(arena, str_of(k->stored[i].name)), i);
    }
    roster_index_sort(&k->codes);
    roster_index_sort(&k->names);
}

/* The stored organisation of this name: the very name, else the only one that reads the same. SIZE_MAX: none. */
static size_t find_stored(struct arena *arena, const struct known *k, const char *name) {
    bool twice = false;
    for (size_t i = 0; i < k->n_stored; i++)
        if (strcmp(k->stored[i].name, name) == 0)
            return i;
    const size_t at = roster_index_find(&k->names, roster_fold(arena, str_of(name)), &twice);
    return twice ? SIZE_MAX : at;
}

/* The row with this code before row `before`; SIZE_MAX when there is none. */
static size_t find_row(const struct roster_preview *p, const char *code, size_t before) {
    for (size_t i = 0; i < before; i++)
        if (strcmp(p->rows[i].organisation.code, code) == 0)
            return i;
    return SIZE_MAX;
}

/* Has somebody else this code: what is stored, a row that says it, or an earlier row of another name? */
static bool is_anothers(const struct roster_preview *p, const struct known *k, const char *code, size_t row) {
    const size_t earlier = find_row(p, code, row);
    return is_taken_word(code) || roster_index_find(&k->codes, code, NULL) != SIZE_MAX ||
           roster_index_find(&k->said_codes, code, NULL) != SIZE_MAX ||
           (earlier != SIZE_MAX && strcmp(p->rows[earlier].organisation.name, p->rows[row].organisation.name) != 0);
}

/* Rows without a code: the code of the stored organisation with that name, else one made from the name that nobody else
 * has, in this table or in the store. */
static void fill_codes(struct roster_work *w, struct known *k) {
    struct roster_preview *p = w->preview;
    size_t said = 0;
    for (size_t i = 0; i < p->n_rows; i++)
        if (p->rows[i].organisation.code[0])
            roster_index_add(w->arena, &k->said_codes, &said, p->rows[i].organisation.code, i);
    roster_index_sort(&k->said_codes);
    for (size_t i = 0; i < p->n_rows; i++) {
        struct organisation *o = &p->rows[i].organisation;
        if (o->code[0] || !o->name[0])
            continue;
        const size_t stored = find_stored(w->arena, k, o->name);
        p->rows[i].code_made = stored == SIZE_MAX;
        if (stored != SIZE_MAX) {
            o->code = k->stored[stored].code;
            continue;
        }
        const char *made = roster_make_code(w->arena, o->name), *base = made[0] ? made : "organisation", *code = base;
        for (int suffix = 2; suffix < 1000 && is_anothers(p, k, code, i); suffix++)
            code = arena_printf(w->arena, "%s-%d", base, suffix);
        o->code = code;
    }
}

static void read_row(struct roster_work *w, size_t row) {
    struct organisation *o = &w->preview->rows[row].organisation;
    *o = (struct organisation){.code = roster_cell(w, row, ORGANISATION_CODE),
                               .name = roster_cell(w, row, ORGANISATION_NAME),
                               .parent = roster_cell(w, row, ORGANISATION_PARENT),
                               .language = roster_language(w, roster_cell(w, row, ORGANISATION_LANGUAGE)),
                               .headcount = read_headcount(w->arena, roster_cell(w, row, ORGANISATION_HEADCOUNT))};
}

static void check_row(struct roster_work *w, size_t row) {
    struct roster_row *r = &w->preview->rows[row];
    for (size_t field = 0; field <= ORGANISATION_LANGUAGE; field++) {
        const char *code = roster_check_organisation(&r->organisation, field);
        if (field == ORGANISATION_CODE && !r->organisation.code[0])
            continue; /* there is no name to make one from, and that is said */
        if (field == ORGANISATION_NAME && !r->organisation.name[0])
            code = "cell_empty";
        if (code)
            roster_wrong(w, row, field, code, roster_cell(w, row, field), NULL, NULL);
    }
}

/* Every code once: the first row with it counts, the others are errors that say which it was. */
static void check_codes(struct roster_work *w, struct known *k) {
    struct roster_preview *p = w->preview;
    size_t codes = 0, names = 0;
    for (size_t i = 0; i < p->n_rows; i++) {
        roster_index_add(w->arena, &k->new_codes, &codes, p->rows[i].organisation.code, i);
        roster_index_add(w->arena, &k->new_names, &names, roster_fold(w->arena, str_of(p->rows[i].organisation.name)),
                         i);
    }
    roster_index_sort(&k->new_codes);
    roster_index_sort(&k->new_names);
    for (size_t i = 0; i < p->n_rows; i++) {
        const char *code = p->rows[i].organisation.code;
        const size_t first = roster_index_find(&k->new_codes, code, NULL);
        if (!code[0] || first == i)
            continue;
        const char *line = arena_printf(w->arena, "%d", p->rows[first].line);
        if (roster_cell(w, i, ORGANISATION_CODE)[0])
            roster_wrong(w, i, ORGANISATION_CODE, "code_twice", code, "first", line);
        else
            roster_wrong(w, i, ORGANISATION_NAME, "name_twice", p->rows[i].organisation.name, "first", line);
    }
}

/* The row that a parent's code or name means, and else the place among what is stored; SIZE_MAX for none of them. */
static size_t find_parent_row(const struct roster_work *w, const struct known *k, const char *parent) {
    bool twice = false;
    size_t at = roster_index_find(&k->new_codes, parent, NULL);
    if (at == SIZE_MAX && roster_index_find(&k->codes, parent, NULL) == SIZE_MAX)
        at = roster_index_find(&k->new_names, roster_fold(w->arena, str_of(parent)), &twice);
    return twice ? SIZE_MAX : at;
}

static size_t find_parent_stored(const struct roster_work *w, const struct known *k, const char *parent) {
    bool twice = false;
    size_t at = roster_index_find(&k->codes, parent, NULL);
    if (at == SIZE_MAX)
        at = roster_index_find(&k->names, roster_fold(w->arena, str_of(parent)), &twice);
    return twice ? SIZE_MAX : at;
}

/* Whose parent this organisation has, once the table is applied: what is left out stays as it is stored. */
static const char *parent_of(const struct roster_work *w, const struct known *k, const char *code) {
    const size_t row = roster_index_find(&k->new_codes, code, NULL), stored = roster_index_find(&k->codes, code, NULL);
    if (row != SIZE_MAX && (stored == SIZE_MAX || w->preview->rows[row].state != ROSTER_ERROR))
        return w->preview->rows[row].organisation.parent;
    return stored == SIZE_MAX ? "" : k->stored[stored].parent;
}

static bool is_own_ancestor(const struct roster_work *w, const struct known *k, const char *code) {
    const char *at = parent_of(w, k, code);
    for (size_t steps = 0; at[0] && steps <= w->preview->n_rows + k->n_stored; steps++) {
        if (strcmp(at, code) == 0)
            return true;
        at = parent_of(w, k, at);
    }
    return false;
}

/* Parents are written as codes from here on; those that nobody has are errors. */
static void find_parents(struct roster_work *w, const struct known *k) {
    struct roster_preview *p = w->preview;
    for (size_t i = 0; i < p->n_rows; i++) {
        struct organisation *o = &p->rows[i].organisation;
        if (!o->parent[0])
            continue;
        const size_t row = find_parent_row(w, k, o->parent), stored = find_parent_stored(w, k, o->parent);
        if (row != SIZE_MAX && p->rows[row].organisation.code[0])
            o->parent = p->rows[row].organisation.code;
        else if (stored != SIZE_MAX)
            o->parent = k->stored[stored].code;
        else {
            roster_wrong(w, i, ORGANISATION_PARENT, "parent_unknown", o->parent, NULL, NULL);
            o->parent = ""; /* so that it is looked for no more */
        }
    }
}

/* What is wrong with the row's parent, now that these rows have errors: the finding's code, or NULL. */
static const char *check_parent(const struct roster_work *w, const struct known *k, size_t row, size_t *parent_row) {
    const struct organisation *o = &w->preview->rows[row].organisation;
    *parent_row = roster_index_find(&k->new_codes, o->parent, NULL);
    if (is_own_ancestor(w, k, o->code))
        return "parent_circle";
    const bool left_out = *parent_row != SIZE_MAX && w->preview->rows[*parent_row].state == ROSTER_ERROR &&
                          roster_index_find(&k->codes, o->parent, NULL) == SIZE_MAX;
    return left_out ? "parent_left_out" : NULL;
}

/* A row that is left out for its errors is nobody's parent unless it is stored already, so this goes on until nothing
 * changes. Rows with other errors are told as well: one look at the list is to be enough. */
static void check_parents(struct roster_work *w, const struct known *k) {
    struct roster_preview *p = w->preview;
    bool *told = arena_array(w->arena, p->n_rows + 1, sizeof *told);
    bool changed = p->columns[ORGANISATION_PARENT] >= 0;
    if (changed)
        find_parents(w, k);
    while (changed) {
        changed = false;
        for (size_t i = 0; i < p->n_rows; i++) {
            size_t parent_row;
            const char *code =
                told[i] || !p->rows[i].organisation.parent[0] ? NULL : check_parent(w, k, i, &parent_row);
            if (!code)
                continue;
            told[i] = changed = true;
            roster_wrong(w, i, ORGANISATION_PARENT, code, roster_cell(w, i, ORGANISATION_PARENT), "first",
                         parent_row == SIZE_MAX ? "" : arena_printf(w->arena, "%d", p->rows[parent_row].line));
        }
    }
}

/* What has no column stays as it is stored. */
static void keep_stored(const struct roster_preview *p, struct organisation *o, const struct organisation *stored) {
    if (p->columns[ORGANISATION_PARENT] < 0)
        o->parent = stored->parent;
    if (p->columns[ORGANISATION_HEADCOUNT] < 0)
        o->headcount = stored->headcount;
    if (p->columns[ORGANISATION_LANGUAGE] < 0)
        o->language = stored->language;
}

static bool is_same(const struct organisation *a, const struct organisation *b) {
    return strcmp(a->name, b->name) == 0 && strcmp(a->parent, b->parent) == 0 &&
           strcmp(a->language, b->language) == 0 && a->headcount == b->headcount;
}

enum result roster_understand_organisations(struct roster_work *w, struct store *store, struct id assessment) {
    struct roster_preview *p = w->preview;
    struct known k = {0};
    if (store_list_organisations(store, w->arena, assessment, &k.stored, &k.n_stored) != RESULT_OK)
        return RESULT_MACHINE;
    index_stored(w->arena, &k);
    for (size_t i = 0; i < p->n_rows; i++)
        read_row(w, i);
    fill_codes(w, &k);
    for (size_t i = 0; i < p->n_rows; i++)
        check_row(w, i);
    check_codes(w, &k);
    check_parents(w, &k);
    for (size_t i = 0; i < p->n_rows; i++) {
        struct roster_row *r = &p->rows[i];
        const size_t at = roster_index_find(&k.codes, r->organisation.code, NULL);
        if (r->state == ROSTER_ERROR || at == SIZE_MAX)
            continue;
        keep_stored(p, &r->organisation, &k.stored[at]);
        r->state = is_same(&r->organisation, &k.stored[at]) ? ROSTER_UNCHANGED : ROSTER_UPDATED;
    }
    return RESULT_OK;
}
