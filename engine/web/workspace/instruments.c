/* The instruments: the files of the surveys folder, as they stand on disk at this moment. */
#include "web/workspace/shelf.h"

static const char *count_words(struct desk *d, const char *key, size_t n) {
    return texts_count(d->screen.texts, d->arena, d->screen.words, key, (long)n, NULL);
}

/* "2 errors, 1 warning" or "none" */
static const char *findings_words(struct desk *d, const struct shelved *s) {
    const size_t errors = findings_count(s->findings, SEVERITY_ERROR);
    const size_t warnings = findings_count(s->findings, SEVERITY_WARNING);
    const char *a = count_words(d, "work.see_errors", errors), *b = count_words(d, "work.see_warnings", warnings);
    return errors && warnings ? arena_printf(d->arena, "%s, %s", a, b)
           : errors           ? a
           : warnings         ? b
                              : desk_words(d, "see_no_findings");
}

static bool write_instrument(struct desk *d, const struct shelved *s) {
    const struct instrument *instrument = s->file.instrument;
    struct use *uses;
    size_t n, open = 0;
    if (!shelved_uses(d, s, &uses, &n))
        return false;
    for (size_t i = 0; i < n; i++)
        open += uses[i].wave.state == WAVE_OPEN;
    desk_row_open(d);
    desk_cell_open(d);
    desk_link(d, desk_path(d, "instruments", s->file.name, NULL), s->file.name);
    desk_cell_close(d);
    desk_cell(d, instrument ? setup_instrument_title(d, instrument) : "");
    desk_cell(d, instrument ? setup_coverage(d, instrument) : "");
    desk_cell(d,
              s->file.missing ? desk_fill(d, "see_main_missing", "file", s->file.missing, NULL) : findings_words(d, s));
    desk_cell_number(d, desk_number(d, (double)n, 0));
    desk_cell_number(d, desk_number(d, (double)open, 0));
    desk_row_close(d);
    return true;
}

void instruments_show(struct desk *d) {
    struct setup_instrument *list;
    const size_t n = setup_shelf(d, &list);
    bool good = true;
    desk_open(d, 200, desk_words(d, "see_instruments"), TAB_NONE);
    desk_paragraph(d, "see_instruments_how");
    html_markup(&d->screen.html, "<p>");
    desk_link(d, "/instruments/import", desk_words(d, "exchange_link"));
    html_markup(&d->screen.html, "</p>");
    if (n == 0) {
        desk_empty(d, "see_instruments_none", NULL, NULL);
        desk_close(d);
        return;
    }
    desk_table_open(d, "see_files");
    desk_table_head(d, "see_file", false);
    desk_table_head(d, "see_instrument_title", false);
    desk_table_head(d, "see_instrument_languages", false);
    desk_table_head(d, "see_findings", false);
    desk_table_head(d, "see_in_waves", true);
    desk_table_head(d, "see_in_open_waves", true);
    for (size_t i = 0; i < n; i++) {
        struct shelved s = shelved_of(d, list[i]);
        good = good && write_instrument(d, &s);
        shelved_release(&s);
    }
    desk_table_close(d);
    desk_close(d);
    if (!good)
        desk_refuse(d, 503);
}
