/* Sheets from an .xlsx file: a zip of XML parts, read as streams. No formula is computed; the value that the program
 * that saved the file left there is taken. What the file says of its own sizes is not believed: what comes out of it is
 * counted. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

#include "base/clock.h"
#include "exchange/sheets.h"
#include "exchange/sheets_inside.h"
#include "exchange/xml.h"

enum {
    ENTRIES_MAX = 500,
    UNPACKED_MAX = 100 << 20, /* bytes, all parts together */
    RATIO_MAX = 100,          /* of a part that is larger than a mebibyte */
    RATIO_FROM = 1 << 20,
    PIECE = 1 << 16,
    STRINGS_MAX = 400000,
    FORMATS_MAX = 20000,
    EPOCH = 25569, /* 1 January 1970 as the number of a day */
    EPOCH_1904 = 24107,
    DAYS_MAX = 2958465, /* 31 December 9999 */
};

struct link { /* a sheet as the workbook names it, and its part in the zip */
    const char *name, *id, *part;
};

enum cell_kind { CELL_NUMBER, CELL_SHARED, CELL_TEXT, CELL_BOOLEAN, CELL_ERROR };

struct opening {
    struct arena *arena;
    const char *file;
    struct findings *list, *findings;
    zip_t *zip;
    size_t unpacked;
    struct xml_reader *xml; /* of the part at hand */
    const char *broken;     /* a limit that the part at hand breaks: the code and what it is */
    const char *limit;
    int broken_row;
    /* workbook.xml and its relations */
    size_t n_links;
    struct link links[SHEETS_MAX];
    /* sharedStrings.xml */
    size_t n_strings, strings_capacity;
    const char **strings;
    struct buf text;
    bool in_text, in_phonetic;
    /* styles.xml: which numbers are dates */
    size_t n_codes, codes_capacity, n_formats, formats_capacity;
    long *codes;   /* numbers of the file's own formats that show dates */
    bool *formats; /* of a cell's style: does it show a date? */
    bool in_formats;
    long epoch;
    /* a sheet */
    struct sheet *sheet;
    struct sheet_row *row;
    size_t row_capacity;
    int row_number, column, last_row;
    enum cell_kind kind;
    bool in_value, has_formula, has_value, shows_date;
};

static enum result refuse(struct opening *o, const char *place, int line, const char *code, const char *limit) {
    finding_add(o->findings, SEVERITY_ERROR, (struct place){place, line, 0}, code, "limit", limit ? limit : "", NULL);
    return RESULT_INPUT;
}

static void stop(struct opening *o, const char *code, long limit) {
    if (!o->broken) {
        o->broken = code;
        o->limit = arena_printf(o->arena, "%ld", limit);
        o->broken_row = o->row_number;
    }
    xml_stop(o->xml);
}

/* Feeds one part of the zip through the handler. */
static enum result read_part(struct opening *o, const char *part, const char *place, struct xml_handler handler) {
    zip_stat_t stat;
    const zip_int64_t index = zip_name_locate(o->zip, part, ZIP_FL_NOCASE);
    if (index < 0 || zip_stat_index(o->zip, (zip_uint64_t)index, 0, &stat) != 0)
        return refuse(o, o->file, 0, "exchange.zip_part", part);
    zip_file_t *file = zip_fopen_index(o->zip, (zip_uint64_t)index, 0);
    if (!file)
        return refuse(o, o->file, 0, "exchange.zip_broken", NULL);
    char *piece = mem_alloc(PIECE);
    enum result result = RESULT_OK;
    size_t here = 0;
    zip_int64_t n = 1;
    handler.context = o;
    o->broken = NULL;
    o->xml = xml_new(&handler);
    while (result == RESULT_OK && n > 0) {
        n = zip_fread(file, piece, PIECE);
        here += n > 0 ? (size_t)n : 0;
        o->unpacked += n > 0 ? (size_t)n : 0;
        if (n < 0)
            result = refuse(o, o->file, 0, "exchange.zip_broken", NULL);
        else if (o->unpacked > UNPACKED_MAX)
            result = refuse(o, o->file, 0, "exchange.zip_large", "100");
        else if (here > RATIO_FROM && here / RATIO_MAX > stat.comp_size)
            result = refuse(o, o->file, 0, "exchange.zip_ratio", "100");
        else
            result = xml_feed(o->xml, (struct str){piece, (size_t)n}, n == 0, place, o->findings);
    }
    if (o->broken)
        result = refuse(o, place, o->broken_row, o->broken, o->limit);
    xml_free(o->xml);
    o->xml = NULL;
    free(piece);
    zip_fclose(file);
    return result;
}

/* --- Which sheets there are ----------------------------------------------------------------------------------------*/

static void workbook_begin(void *context, const char *name, const char **attributes) {
    struct opening *o = context;
    const char *called = xml_attribute(attributes, "name"), *id = NULL;
    const char *old = strcmp(name, "workbookPr") == 0 ? xml_attribute(attributes, "date1904") : NULL;
    if (old && (strcmp(old, "1") == 0 || strcmp(old, "true") == 0))
        o->epoch = EPOCH_1904;
    if (strcmp(name, "sheet") != 0 || !called)
        return;
    for (size_t i = 0; attributes[i]; i += 2) /* "r:id", beside "sheetId" */
        if (strlen(attributes[i]) > 3 && strcmp(attributes[i] + strlen(attributes[i]) - 3, ":id") == 0)
            id = attributes[i + 1];
    if (!id)
        return;
    if (o->n_links == SHEETS_MAX) {
        stop(o, "exchange.sheets", SHEETS_MAX);
        return;
    }
    o->links[o->n_links++] = (struct link){arena_string(o->arena, called), arena_string(o->arena, id), NULL};
}

static void relations_begin(void *context, const char *name, const char **attributes) {
    struct opening *o = context;
    const char *id = xml_attribute(attributes, "Id"), *target = xml_attribute(attributes, "Target");
    if (strcmp(name, "Relationship") != 0 || !id || !target)
        return;
    for (size_t i = 0; i < o->n_links; i++)
        if (strcmp(o->links[i].id, id) == 0)
            o->links[i].part =
                target[0] == '/' ? arena_string(o->arena, target + 1) : arena_printf(o->arena, "xl/%s", target);
}

/* --- Texts ---------------------------------------------------------------------------------------------------------*/

static void take_text(void *context, const char *p, size_t n) {
    struct opening *o = context;
    if ((!o->in_text && !o->in_value) || o->in_phonetic)
        return;
    if (o->text.n + n > SHEET_CELL_BYTES) {
        stop(o, "exchange.cell_long", SHEET_CELL_MAX);
        return;
    }
    buf_bytes(&o->text, p, n);
}

/* Excel writes what XML cannot hold as _x000D_, and an underscore that would look like that as _x005F_. */
static const char *unescaped(struct opening *o) {
    struct buf out = BUF_INIT;
    const struct str s = str_trim(buf_view(&o->text));
    for (size_t i = 0; i < s.n;) {
        char *end = NULL;
        const bool escape = s.n - i >= 7 && s.p[i] == '_' && s.p[i + 1] == 'x' && s.p[i + 6] == '_';
        char digits[5] = {0};
        if (escape)
            memcpy(digits, s.p + i + 2, 4);
        const unsigned long code =
            escape && strspn(digits, "0123456789abcdefABCDEF") == 4 ? strtoul(digits, &end, 16) : 0;
        if (code > 0 && code < 0x80) {
            buf_char(&out, (char)code);
            i += 7;
        } else {
            buf_char(&out, s.p[i++]);
        }
    }
    const struct str made = str_trim(buf_view(&out));
    const char *text = arena_copy(o->arena, made.p, made.n);
    buf_free(&out);
    return text;
}

static void strings_begin(void *context, const char *name, const char **attributes) {
    struct opening *o = context;
    (void)attributes;
    if (strcmp(name, "si") == 0)
        buf_clear(&o->text);
    o->in_phonetic = o->in_phonetic || strcmp(name, "rPh") == 0;
    o->in_text = strcmp(name, "t") == 0;
}

static void strings_end(void *context, const char *name) {
    struct opening *o = context;
    o->in_text = false;
    if (strcmp(name, "rPh") == 0)
        o->in_phonetic = false;
    if (strcmp(name, "si") != 0)
        return;
    if (o->n_strings == STRINGS_MAX) {
        stop(o, "exchange.strings", STRINGS_MAX);
        return;
    }
    o->strings = arena_grow(o->arena, o->strings, o->n_strings, &o->strings_capacity, sizeof *o->strings);
    o->strings[o->n_strings++] = unescaped(o);
}

/* --- Dates ---------------------------------------------------------------------------------------------------------*/

/* "dd/mm/yyyy", "[$-409]h:mm": letters of a date outside quotation marks and brackets. */
static bool is_date_format(const char *code) {
    for (const char *p = code; *p; p++) {
        const char close = *p == '"' ? '"' : *p == '[' ? ']' : '\0';
        if (close) {
            p = strchr(p + 1, close);
            if (!p)
                return false;
        } else if (*p == '\\' && p[1]) {
            p++;
        } else if (strchr("yYmMdDhHsS", *p)) {
            return true;
        }
    }
    return false;
}

static bool is_date_number(const struct opening *o, long id) {
    for (size_t i = 0; i < o->n_codes; i++)
        if (o->codes[i] == id)
            return true;
    return (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58);
}

static void styles_begin(void *context, const char *name, const char **attributes) {
    struct opening *o = context;
    const char *said = xml_attribute(attributes, "numFmtId"), *code = xml_attribute(attributes, "formatCode");
    long id = 0;
    const bool good = said && str_to_long(str_of(said), &id);
    o->in_formats = o->in_formats || strcmp(name, "cellXfs") == 0;
    if (strcmp(name, "numFmt") == 0 && good && code && is_date_format(code) && o->n_codes < FORMATS_MAX) {
        o->codes = arena_grow(o->arena, o->codes, o->n_codes, &o->codes_capacity, sizeof *o->codes);
        o->codes[o->n_codes++] = id;
    } else if (strcmp(name, "xf") == 0 && o->in_formats && o->n_formats < FORMATS_MAX) {
        o->formats = arena_grow(o->arena, o->formats, o->n_formats, &o->formats_capacity, sizeof *o->formats);
        o->formats[o->n_formats++] = good && is_date_number(o, id);
    }
}

static void styles_end(void *context, const char *name) {
    struct opening *o = context;
    if (strcmp(name, "cellXfs") == 0)
        o->in_formats = false;
}

/* The number of a day, and the part of it that has passed, as people write it: 2027-03-31, 2027-03-31 14:05:00. */
static const char *date_text(struct opening *o, double x) {
    const int64_t seconds = (int64_t)((x - (double)o->epoch) * 86400 + (x < (double)o->epoch ? -0.5 : 0.5));
    const int64_t rest = ((seconds % 86400) + 86400) % 86400;
    const struct day day = clock_day(seconds);
    const char *time =
        arena_printf(o->arena, "%02d:%02d:%02d", (int)(rest / 3600), (int)(rest / 60 % 60), (int)(rest % 60));
    if (x < 1)
        return time;
    return rest ? arena_printf(o->arena, "%s %s", day.text, time) : arena_string(o->arena, day.text);
}

/* --- A sheet -------------------------------------------------------------------------------------------------------*/

/* "BC12" is column 54; -1 when it is no address. */
static int column_of(const char *address) {
    int column = 0;
    const char *p = address;
    for (; *p >= 'A' && *p <= 'Z' && column < 100000; p++)
        column = column * 26 + (*p - 'A') + 1;
    return p == address ? -1 : column - 1;
}

static void begin_cell(struct opening *o, const char **attributes) {
    static const struct {
        const char *type;
        enum cell_kind kind;
    } kinds[] = {{"s", CELL_SHARED},  {"inlineStr", CELL_TEXT}, {"str", CELL_TEXT},
                 {"b", CELL_BOOLEAN}, {"e", CELL_ERROR},        {"d", CELL_TEXT}};
    const char *address = xml_attribute(attributes, "r"), *type = xml_attribute(attributes, "t");
    const char *style = xml_attribute(attributes, "s");
    long number;
    const int column = address ? column_of(address) : -1;
    o->column = column >= 0 ? column : o->column + 1;
    o->kind = CELL_NUMBER;
    for (size_t i = 0; type && i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(type, kinds[i].type) == 0)
            o->kind = kinds[i].kind;
    o->shows_date = style && str_to_long(str_of(style), &number) && number >= 0 && (size_t)number < o->n_formats &&
                    o->formats[number];
    o->has_formula = o->has_value = false;
    buf_clear(&o->text);
}

static void sheet_begin(void *context, const char *name, const char **attributes) {
    struct opening *o = context;
    if (strcmp(name, "row") == 0) {
        const char *number = xml_attribute(attributes, "r");
        long n = 0;
        const bool said = number && str_to_long(str_of(number), &n) && n > o->last_row && n < 10000000;
        o->row_number = said ? (int)n : o->last_row + 1;
        o->last_row = o->row_number;
        o->row = NULL;
        o->column = -1;
    } else if (strcmp(name, "c") == 0) {
        begin_cell(o, attributes);
    } else if (strcmp(name, "f") == 0) {
        o->has_formula = true;
    } else if (strcmp(name, "v") == 0) {
        o->in_value = o->has_value = true;
    }
    o->in_phonetic = o->in_phonetic || strcmp(name, "rPh") == 0;
    o->in_text = strcmp(name, "t") == 0;
}

/* 3 rather than 3.0, 0.1 rather than 0.10000000000000001. */
static const char *number_text(struct opening *o, const char *text) {
    double x;
    char *end;
    x = strtod(text, &end);
    if (!*end && end != text && o->shows_date && x >= 0 && x + (double)(EPOCH - o->epoch) < DAYS_MAX)
        return date_text(o, x);
    return *end || end == text ? text : arena_printf(o->arena, "%.15g", x);
}

static const char *cell_text(struct opening *o) {
    const char *text = unescaped(o);
    long index;
    switch (o->kind) {
    case CELL_SHARED:
        return str_to_long(str_of(text), &index) && index >= 0 && (size_t)index < o->n_strings ? o->strings[index] : "";
    case CELL_BOOLEAN:
        return text[0] == '1' ? "true" : "false";
    case CELL_NUMBER:
        return number_text(o, text);
    default:
        return text;
    }
}

static void end_cell(struct opening *o) {
    if (o->column < 0) /* a row within a cell: no program writes that */
        o->column = 0;
    const struct place place = {o->sheet->place, o->row_number, o->column + 1};
    const char *text = cell_text(o);
    if (o->kind == CELL_ERROR || (o->has_formula && !o->has_value)) {
        finding_add(o->list, SEVERITY_WARNING, place,
                    o->kind == CELL_ERROR ? "exchange.cell_error" : "exchange.cell_formula", "value", text, NULL);
        return;
    }
    if (text[0] == '\0')
        return;
    if (o->column >= SHEET_COLUMNS_MAX) {
        stop(o, "exchange.columns", SHEET_COLUMNS_MAX);
        return;
    }
    if (!o->row) {
        if (o->sheet->n >= SHEET_ROWS_MAX) {
            stop(o, "exchange.rows", SHEET_ROWS_MAX);
            return;
        }
        o->row = sheet_row_new(o->arena, o->sheet, o->row_number);
        o->row_capacity = 0;
    }
    while (o->row->n <= (size_t)o->column) {
        o->row->cells = arena_grow(o->arena, o->row->cells, o->row->n, &o->row_capacity, sizeof *o->row->cells);
        o->row->cells[o->row->n++] = "";
    }
    o->row->cells[o->column] = text;
}

static void sheet_end(void *context, const char *name) {
    struct opening *o = context;
    o->in_value = o->in_text = false;
    if (strcmp(name, "rPh") == 0)
        o->in_phonetic = false;
    if (strcmp(name, "c") == 0)
        end_cell(o);
}

/* --- The whole file ------------------------------------------------------------------------------------------------*/

/* What the file says of itself, before anything is unpacked. */
static enum result check_entries(struct opening *o) {
    const zip_int64_t n = zip_get_num_entries(o->zip, 0);
    size_t total = 0;
    if (n > ENTRIES_MAX)
        return refuse(o, o->file, 0, "exchange.zip_entries", arena_printf(o->arena, "%d", ENTRIES_MAX));
    for (zip_int64_t i = 0; i < n; i++) {
        zip_stat_t stat;
        if (zip_stat_index(o->zip, (zip_uint64_t)i, 0, &stat) != 0)
            return refuse(o, o->file, 0, "exchange.zip_broken", NULL);
        if (stat.encryption_method != ZIP_EM_NONE)
            return refuse(o, o->file, 0, "exchange.zip_locked", NULL);
        if (stat.size > UNPACKED_MAX || (total += (size_t)stat.size) > UNPACKED_MAX)
            return refuse(o, o->file, 0, "exchange.zip_large", "100");
    }
    return RESULT_OK;
}

static enum result read_sheets(struct opening *o, struct sheets *sheets) {
    static const struct xml_handler workbook = {.begin = workbook_begin}, relations = {.begin = relations_begin};
    static const struct xml_handler strings = {.begin = strings_begin, .end = strings_end, .text = take_text};
    static const struct xml_handler styles = {.begin = styles_begin, .end = styles_end};
    static const struct xml_handler cells = {.begin = sheet_begin, .end = sheet_end, .text = take_text};
    enum result result = check_entries(o);
    if (result == RESULT_OK && zip_name_locate(o->zip, "xl/workbook.xml", ZIP_FL_NOCASE) < 0)
        result = refuse(o, o->file, 0, "exchange.zip_no_workbook", NULL);
    if (result == RESULT_OK)
        result = read_part(o, "xl/workbook.xml", o->file, workbook);
    if (result == RESULT_OK)
        result = read_part(o, "xl/_rels/workbook.xml.rels", o->file, relations);
    if (result == RESULT_OK && zip_name_locate(o->zip, "xl/sharedStrings.xml", ZIP_FL_NOCASE) >= 0)
        result = read_part(o, "xl/sharedStrings.xml", o->file, strings);
    if (result == RESULT_OK && zip_name_locate(o->zip, "xl/styles.xml", ZIP_FL_NOCASE) >= 0)
        result = read_part(o, "xl/styles.xml", o->file, styles);
    sheets->list = arena_array(o->arena, o->n_links + 1, sizeof *sheets->list);
    for (size_t i = 0; i < o->n_links && result == RESULT_OK; i++) {
        if (!o->links[i].part || zip_name_locate(o->zip, o->links[i].part, ZIP_FL_NOCASE) < 0)
            continue; /* a sheet of charts, or one that lies elsewhere */
        o->sheet = &sheets->list[sheets->n++];
        o->sheet->name = o->links[i].name;
        o->sheet->place = arena_printf(o->arena, "%s[%s]", o->file, o->links[i].name);
        o->last_row = o->row_number = 0;
        o->in_value = o->in_text = o->in_phonetic = false;
        result = read_part(o, o->links[i].part, o->sheet->place, cells);
    }
    return result;
}

enum result sheets_read_xlsx(struct sheets **out, struct arena *arena, const char *file, struct str bytes,
                             struct findings *list, struct findings *findings) {
    struct opening o = {
        .arena = arena, .file = file, .list = list, .findings = findings, .text = BUF_INIT, .epoch = EPOCH};
    struct sheets *sheets = arena_alloc(arena, sizeof *sheets);
    sheets->file = file;
    *out = NULL;
    zip_source_t *source = zip_source_buffer_create(bytes.p, bytes.n, 0, NULL);
    if (!source)
        return RESULT_MACHINE;
    o.zip = zip_open_from_source(source, ZIP_RDONLY, NULL);
    if (!o.zip) {
        zip_source_free(source);
        return refuse(&o, file, 0, "exchange.zip_broken", NULL);
    }
    const enum result result = read_sheets(&o, sheets);
    zip_discard(o.zip);
    buf_free(&o.text);
    if (result == RESULT_OK && sheets->n == 0)
        return refuse(&o, file, 0, "exchange.empty", NULL);
    if (result == RESULT_OK)
        *out = sheets;
    return result;
}
