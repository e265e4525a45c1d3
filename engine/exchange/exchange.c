#include "exchange/exchange.h"

#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "base/ini.h"
#include "exchange/draft.h"
#include "exchange/sheets.h"
#include "instrument/loader.h"

const char *const exchange_kind_names[EXCHANGE_KINDS] = {"", "XLSForm", "REDCap", "LimeSurvey (.txt)",
                                                         "LimeSurvey (.lss)"};

static enum result refuse(struct findings *findings, const char *file, const char *code, const char *value) {
    finding_add(findings, SEVERITY_ERROR, (struct place){file, 0, 0}, code, "value", value, NULL);
    return RESULT_INPUT;
}

static bool begins(struct str s, const char *bytes, size_t n) {
    return s.n >= n && memcmp(s.p, bytes, n) == 0;
}

static bool is_xml(struct str s) {
    if (begins(s, "\xEF\xBB\xBF", 3))
        s = (struct str){s.p + 3, s.n - 3};
    if (begins(s, "\xFF\xFE<", 3) || begins(s, "\xFE\xFF\0<", 4))
        return true;
    while (s.n > 0 && strchr(" \t\r\n", s.p[0]) && s.p[0])
        s = (struct str){s.p + 1, s.n - 1};
    return s.n > 0 && s.p[0] == '<';
}

static bool row_has(const struct sheet_row *row, const char *title) {
    for (size_t i = 0; i < row->n; i++)
        if (strcasecmp(row->cells[i], title) == 0)
            return true;
    return false;
}

/* What a table is, by the heads of its columns within the first rows. */
static enum exchange_kind recognise(const struct sheets *sheets) {
    for (size_t s = 0; s < sheets->n; s++) {
        for (size_t i = 0; i < sheets->list[s].n && i < 30; i++) {
            const struct sheet_row *row = &sheets->list[s].rows[i];
            if (row_has(row, "class") && row_has(row, "name") && row_has(row, "text"))
                return EXCHANGE_LIMESURVEY_TXT;
            if ((row_has(row, "variable / field name") || row_has(row, "field_name")) &&
                (row_has(row, "field type") || row_has(row, "field_type") || row_has(row, "field label") ||
                 row_has(row, "field_label")))
                return EXCHANGE_REDCAP;
            if ((row_has(row, "type") || row_has(row, "command")) && (row_has(row, "name") || row_has(row, "tag")))
                return EXCHANGE_XLSFORM;
            if (row->n > 0 && strcasecmp(row->cells[0], "survey") == 0)
                return EXCHANGE_XLSFORM;
        }
    }
    return EXCHANGE_UNKNOWN;
}

static enum result read_tables(struct draft *d, const struct exchange_source *source, enum exchange_kind *kind,
                               struct findings *findings) {
    struct sheets *sheets;
    const bool zip = begins(source->bytes, "PK", 2);
    const enum result result =
        zip ? sheets_read_xlsx(&sheets, d->arena, source->file, source->bytes, d->list, findings)
            : sheets_read_text(&sheets, d->arena, source->file, source->bytes, d->list, findings);
    if (result != RESULT_OK)
        return result;
    *kind = recognise(sheets);
    switch (*kind) {
    case EXCHANGE_XLSFORM:
        return read_xlsform(d, sheets, findings);
    case EXCHANGE_REDCAP:
        return read_redcap(d, sheets, findings);
    case EXCHANGE_LIMESURVEY_TXT:
        return read_limesurvey_txt(d, sheets, findings);
    default:
        return refuse(findings, source->file, "exchange.unknown", "");
    }
}

static enum result read_any(struct draft *d, const struct exchange_source *source, enum exchange_kind *kind,
                            struct findings *findings) {
    if (source->bytes.n > EXCHANGE_FILE_MAX)
        return refuse(findings, source->file, "exchange.too_large", "10");
    if (source->bytes.n == 0)
        return refuse(findings, source->file, "exchange.empty", "");
    if (begins(source->bytes, "\xD0\xCF\x11\xE0", 4))
        return refuse(findings, source->file, "exchange.old_xls", "");
    if (!is_xml(source->bytes))
        return read_tables(d, source, kind, findings);
    *kind = EXCHANGE_LIMESURVEY_LSS;
    return read_limesurvey_lss(d, source->bytes, findings);
}

/* A legal name for the instrument: small letters, digits, hyphens. */
static const char *instrument_name(struct arena *arena, const char *wanted) {
    const struct str s = str_of(wanted);
    bool good = s.n > 0 && s.n <= 64 && s.p[0] >= 'a' && s.p[0] <= 'z';
    for (size_t i = 0; good && i < s.n; i++)
        good = (s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '-' || s.p[i] == '_';
    if (good)
        return wanted;
    char *name = arena_string(arena, draft_letters(arena, wanted));
    for (char *p = name; *p; p++)
        if (*p == '_')
            *p = '-';
    if (name[0] < 'a' || name[0] > 'z')
        name = arena_printf(arena, "form%s%s", name[0] ? "-" : "", name);
    return arena_printf(arena, "%.64s", name);
}

static const char *stem_of(struct arena *arena, const char *file) {
    const char *base = file_name(file), *dot = strrchr(base, '.');
    return arena_copy(arena, base, dot && dot > base ? (size_t)(dot - base) : strlen(base));
}

/* The name, version and title, where the file has none. */
static void name_instrument(struct draft *d, const struct exchange_source *source) {
    static const char legal[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
    const char *wanted = source->name            ? source->name
                         : d->name && d->name[0] ? d->name
                                                 : stem_of(d->arena, source->file);
    const char *name = instrument_name(d->arena, wanted);
    if (strcmp(name, wanted) != 0)
        draft_noted(d, ((struct place){d->file, 0, 0}), "exchange.survey_renamed", "name", wanted, "new", name);
    d->name = name;
    if (!d->version || !d->version[0]) {
        d->version = "1.0";
    } else if (d->version[strspn(d->version, legal)] || strlen(d->version) > 32) {
        char *version = arena_printf(d->arena, "%.32s", d->version);
        for (char *p = version; *p; p++)
            if (!strchr(legal, *p))
                *p = '-';
        draft_noted(d, ((struct place){d->file, 0, 0}), "exchange.version", "value", d->version, "new", version);
        d->version = version;
    }
    for (size_t i = 1; i < d->n_languages && !d->title.in[0]; i++) {
        d->title.in[0] = d->title.in[i];
        if (d->title.in[i])
            draft_lost(d, ((struct place){d->file, 0, 0}), "exchange.text_borrowed", "name", "title", "language",
                       d->languages[i]);
    }
    if (!d->title.in[0]) {
        d->title.in[0] = name;
        draft_noted(d, ((struct place){d->file, 0, 0}), "exchange.title_missing", "name", name);
    }
}

/* Sections and keys, as the loader counts them; more than it takes would be refused in words that help nobody. */
static bool is_too_large(const struct exchange_made *made) {
    for (size_t i = 0; i < made->n_files; i++) {
        const struct str text = made->files[i].text;
        size_t lines = 0;
        for (size_t k = 0; k < text.n; k++)
            lines += text.p[k] != '\n' && text.p[k] != ';' && (k == 0 || text.p[k - 1] == '\n');
        if (text.n > INI_FILE_MAX || lines > INI_KEYS_MAX)
            return true;
    }
    return false;
}

enum result exchange_import(struct exchange_made *out, struct arena *arena, const struct exchange_source *source,
                            struct findings *list, struct findings *findings) {
    struct draft *d = draft_new(arena, source, list);
    const struct instrument *instrument = NULL;
    *out = (struct exchange_made){0};
    if (source->language && !d->language)
        return refuse(findings, source->file, "exchange.language_wrong", source->language);
    enum result result = read_any(d, source, &out->kind, findings);
    if (result != RESULT_OK)
        return result;
    if (d->n_blocks == 0)
        return refuse(findings, source->file, "exchange.nothing", "");
    draft_finish(d);
    name_instrument(d, source);
    out->name = d->name;
    out->files = draft_write(d, &out->n_files);
    if (is_too_large(out)) {
        out->n_files = 0;
        return refuse(findings, source->file, "exchange.result_large", arena_printf(arena, "%d", INI_KEYS_MAX));
    }
    result = instrument_parse(&instrument, arena_printf(arena, "%s.ini", d->name), out->files, out->n_files, findings);
    instrument_release(instrument);
    findings_sort(list);
    if (result != RESULT_OK)
        out->n_files = 0;
    return result;
}
