/* From the sheets of a file to the three tables of a form, whatever their order, case and blanks. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "exchange/xlsform.h"

/* "List Name" and "list_name" are one key. */
static const char *normal_key(struct arena *arena, struct str title) {
    static const char *const aliases[][2] = {
        {"caption", "label"},
        {"command", "type"},
        {"tag", "name"},
        {"relevance", "relevant"},
        {"showif", "relevant"},
        {"show_if", "relevant"},
        {"constraining_message", "constraint_message"},
        {"requiredmsg", "required_message"},
        {"calculate", "calculation"},
        {"readonly", "read_only"},
        {"listname", "list_name"},
        {"set_form_title", "form_title"},
        {"title", "form_title"},
        {"set_form_id", "form_id"},
        {"id_string", "form_id"},
        {"help", "hint"},
        {"bind::relevant", "relevant"},
        {"bind::required", "required"},
        {"bind::constraint", "constraint"},
        {"bind::calculate", "calculation"},
        {"bind::readonly", "read_only"},
        {"bind::jr:constraintmsg", "constraint_message"},
        {"bind::jr:requiredmsg", "required_message"},
        {"control::appearance", "appearance"},
        {"body::appearance", "appearance"},
    };
    title = str_trim(title);
    char *key = arena_copy(arena, title.p, title.n);
    for (char *p = key; *p; p++)
        *p = *p == ' ' ? '_' : (char)tolower((unsigned char)*p);
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
        if (strcmp(aliases[i][0], key) == 0)
            return aliases[i][1];
    return key;
}

static bool is_text_key(const char *key) {
    return strcmp(key, "label") == 0 || strcmp(key, "hint") == 0 || strcmp(key, "guidance_hint") == 0 ||
           strcmp(key, "required_message") == 0 || strcmp(key, "constraint_message") == 0 ||
           strcmp(key, "form_title") == 0 || strcmp(key, "image") == 0 || strcmp(key, "audio") == 0 ||
           strcmp(key, "video") == 0;
}

/* "label::English (en)", "label:English (en)", "media::image::English", "readiness::level". */
static struct form_column column_of(struct draft *d, const char *title) {
    struct form_column column = {.title = title, .key = ""};
    const char *first = strchr(title, ':');
    if (strncasecmp(title, "media::", 7) == 0)
        title += 7, first = strchr(title, ':');
    if (strncasecmp(title, "readiness::", 11) == 0 && (first = strchr(title + 11, ':')) == NULL) {
        column.key = normal_key(d->arena, str_of(title));
        return column;
    }
    if (!first) {
        column.key = normal_key(d->arena, str_of(title));
        return column;
    }
    column.key = normal_key(d->arena, (struct str){title, (size_t)(first - title)});
    if (is_text_key(column.key) || strncmp(column.key, "readiness::", 11) == 0) {
        column.language = draft_language_tag(d->arena, first + strspn(first, ":"));
        column.unknown = !column.language;
    } else {
        column.key = normal_key(d->arena, str_of(title)); /* bind::..., body::... */
    }
    return column;
}

static bool has_column(const struct form_table *t, const char *key) {
    for (size_t i = 0; i < t->n_columns; i++)
        if (strcmp(t->columns[i].key, key) == 0)
            return true;
    return false;
}

/* Takes the first row that has the columns `a` and `b` (NULL: any) as the head. */
static void take_table(struct draft *d, const struct sheet *sheet, struct form_table *t, const char *a, const char *b) {
    *t = (struct form_table){.place = sheet->place};
    for (size_t i = 0; i < sheet->n; i++) {
        const struct sheet_row *row = &sheet->rows[i];
        t->head_row = row->number;
        t->n_columns = row->n;
        t->columns = arena_array(d->arena, row->n + 1, sizeof *t->columns);
        for (size_t k = 0; k < row->n; k++)
            t->columns[k] = column_of(d, row->cells[k]);
        t->rows = sheet->rows + i + 1;
        t->n_rows = sheet->n - i - 1;
        if ((!a || has_column(t, a)) && (!b || has_column(t, b)))
            return;
    }
    *t = (struct form_table){.place = sheet->place};
}

static const char *const table_names[] = {"survey", "choices", "settings"};

static int table_of(const char *name) {
    const struct str s = str_trim(str_of(name));
    for (int i = 0; i < 3; i++)
        if (s.n == strlen(table_names[i]) && strncasecmp(s.p, table_names[i], s.n) == 0)
            return i;
    return -1;
}

/* One sheet that holds all three, each begun by its name in the first column, everything else one column further. */
static bool divide_sheet(struct draft *d, const struct sheet *sheet, struct sheet parts[3]) {
    int now = -2;
    for (int i = 0; i < 3; i++)
        parts[i] = (struct sheet){.name = table_names[i], .place = sheet->place};
    for (size_t i = 0; i < sheet->n; i++) {
        struct sheet_row row = sheet->rows[i];
        if (row.cells[0][0]) {
            now = table_of(row.cells[0]);
            if (now < 0 && row.cells[0][0] != '#')
                draft_lost(d, ((struct place){sheet->place, row.number, 1}), "exchange.sheet_extra", "name",
                           row.cells[0]);
        }
        if (now < 0 || row.n < 2)
            continue;
        row.cells++;
        row.n--;
        struct sheet *part = &parts[now];
        part->rows = arena_grow(d->arena, part->rows, part->n, &part->capacity, sizeof *part->rows);
        part->rows[part->n++] = row;
    }
    return parts[0].n > 0;
}

static bool is_one_sheet(const struct sheets *sheets) {
    return sheets->n == 1 && sheets->list[0].n > 0 && table_of(sheets->list[0].rows[0].cells[0]) >= 0;
}

bool form_open(struct draft *d, const struct sheets *sheets, struct form_table *survey, struct form_table *choices,
               struct form_table *settings, struct findings *findings) {
    struct sheet parts[3] = {{0}};
    if (is_one_sheet(sheets)) {
        (void)divide_sheet(d, &sheets->list[0], parts);
    } else if (sheets->n == 1 && table_of(sheets->list[0].name) < 0) {
        parts[0] = sheets->list[0];
    } else {
        for (size_t i = 0; i < sheets->n; i++) {
            const int which = table_of(sheets->list[i].name);
            if (which >= 0 && parts[which].n == 0)
                parts[which] = sheets->list[i];
            else if (sheets->list[i].n > 0)
                draft_lost(d, ((struct place){sheets->list[i].place, 0, 0}), "exchange.sheet_extra", "name",
                           sheets->list[i].name);
        }
    }
    take_table(d, &parts[0], survey, "type", NULL);
    take_table(d, &parts[1], choices, "list_name", NULL);
    take_table(d, &parts[2], settings, NULL, NULL);
    if (survey->n_columns > 0)
        return true;
    finding_add(findings, SEVERITY_ERROR, (struct place){sheets->file, 0, 0},
                parts[0].n ? "exchange.no_type_column" : "exchange.no_survey", NULL);
    return false;
}

const char *form_cell(const struct form_table *t, const struct sheet_row *row, const char *key) {
    const char *found = "";
    for (size_t i = 0; i < t->n_columns && !found[0]; i++) /* of two columns with one head the one with a value */
        if (!t->columns[i].language && strcmp(t->columns[i].key, key) == 0)
            found = sheet_cell(row, (int)i);
    return found;
}

bool form_has_text(const struct form_table *t, const struct sheet_row *row, const char *key) {
    for (size_t i = 0; i < t->n_columns; i++)
        if (strcmp(t->columns[i].key, key) == 0 && sheet_cell(row, (int)i)[0])
            return true;
    return false;
}

struct place form_place(const struct form_table *t, const struct sheet_row *row, const char *key) {
    struct place place = {t->place, row->number, 0};
    for (size_t i = 0; key && i < t->n_columns; i++)
        if (strcmp(t->columns[i].key, key) == 0 && !place.column && sheet_cell(row, (int)i)[0])
            place.column = (int)i + 1;
    return place;
}

struct draft_text form_text(struct draft *d, const struct form_table *t, const struct sheet_row *row, const char *key,
                            const char *subject) {
    struct draft_text text = {{0}};
    for (size_t i = 0; i < t->n_columns; i++) {
        const struct form_column *column = &t->columns[i];
        const char *cell = sheet_cell(row, (int)i);
        if (strcmp(column->key, key) != 0 || column->unknown || !cell[0])
            continue;
        const int language = column->language ? draft_language(d, column->language) : 0;
        const struct place place = {t->place, row->number, (int)i + 1};
        if (language < 0)
            draft_lost(d, place, "exchange.languages", "n", arena_printf(d->arena, "%d", DRAFT_LANGUAGES_MAX));
        else if (text.in[language])
            draft_lost(d, place, "exchange.column_twice", "column", column->title, "value", cell);
        else
            text.in[language] = draft_plain(d, cell, subject, place);
    }
    return text;
}
