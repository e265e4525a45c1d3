/* One instrument: what is wrong in its file, line by line; its languages; its constructs at a glance; and what the file
 * as it is now would mean beside the waves that were begun with it. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/ini.h"
#include "instrument/compare.h"
#include "instrument/loader.h"
#include "web/workspace/shelf.h"

enum { LINES_AROUND = 2, DIFFERENCES_SHOWN = 30, SHOWN_OF_TEXT = 160 };

static const char *number(struct desk *d, size_t n) {
    return arena_printf(d->arena, "%zu", n);
}

static void write_facts(struct desk *d, const struct instrument *instrument) {
    setup_facts_open(d);
    setup_fact(d, "see_instrument_title", setup_instrument_title(d, instrument));
    setup_fact(d, "see_version", instrument->version);
    setup_fact(d, "see_fingerprint",
               arena_printf(d->arena, "%02x%02x%02x%02x", instrument->hash[0], instrument->hash[1], instrument->hash[2],
                            instrument->hash[3]));
    setup_fact(d, "see_instrument_languages", setup_coverage(d, instrument));
    setup_fact(d, "see_contents",
               desk_fill(d, "see_contents_text", "constructs", number(d, instrument->n_constructs), "items",
                         number(d, instrument->n_items), "questions", number(d, instrument->n_questions), "pages",
                         number(d, instrument->n_pages), NULL));
    setup_facts_close(d);
}

/* The lines of the file around one, with their numbers; the one is marked. */
static void write_lines(struct desk *d, struct str text, int line) {
    struct html *h = &d->screen.html;
    struct str part;
    int at = 0;
    html_markup(h, "<pre class=source tabindex=0><code>");
    while (str_split(&text, '\n', &part)) {
        if (++at < line - LINES_AROUND || at > line + LINES_AROUND)
            continue;
        if (at == line)
            html_markup(h, "<mark>");
        html_text(h, arena_printf(d->arena, "%4d  ", at));
        const struct str clean = part.n > 0 && part.p[part.n - 1] == '\r' ? (struct str){part.p, part.n - 1} : part;
        html_text_str(h, utf8_valid(clean) ? clean : str_of("?"));
        if (at == line)
            html_markup(h, "</mark>");
        html_markup(h, "\n");
    }
    html_markup(h, "</code></pre>");
}

static void write_finding(struct desk *d, const struct finding *f) {
    static const char *const words[] = {"severity.error", "severity.warning", "severity.note"};
    static const char *const classes[] = {"error", "warning", "info"};
    struct html *h = &d->screen.html;
    struct str text = {NULL, 0};
    html_markup(h, "<li");
    html_attribute(h, "class", classes[f->severity]);
    html_markup(h, "><p><b>");
    html_text(h, texts_get(d->screen.texts, d->screen.words, words[f->severity]));
    if (f->place.file && f->place.line > 0)
        html_text(h, desk_fill(d, "see_place", "file", file_name(f->place.file), "line",
                               arena_printf(d->arena, "%d", f->place.line), NULL));
    html_markup(h, "</b> ");
    html_text(h, desk_sentence(d, f));
    html_markup(h, "</p>");
    if (f->place.file && f->place.line > 0 &&
        file_read(&text, d->arena, f->place.file, INI_FILE_MAX, NULL) == RESULT_OK)
        write_lines(d, text, f->place.line);
    html_markup(h, "</li>");
}

static void write_findings(struct desk *d, const struct shelved *s) {
    struct html *h = &d->screen.html;
    desk_section(d, "see_findings");
    if (findings_total(s->findings) == 0) {
        desk_paragraph(d, "see_findings_none");
        return;
    }
    html_markup(h, "<ul class=findings>");
    for (size_t i = 0; i < findings_total(s->findings); i++)
        write_finding(d, findings_at(s->findings, i));
    html_markup(h, "</ul>");
}

static const char *in_words(struct desk *d, const struct instrument *instrument, const struct text *text) {
    const int language = instrument_language(instrument, d->screen.words);
    const size_t in = language < 0 ? 0 : (size_t)language;
    struct buf out = BUF_INIT;
    instrument_fill(&out, instrument, in, text_in(text, in), NULL, NULL, 0);
    const char *copy = arena_copy(d->arena, out.p, out.n);
    buf_free(&out);
    return copy;
}

static void write_constructs(struct desk *d, const struct instrument *instrument) {
    desk_section(d, "see_constructs");
    desk_table_open(d, "see_constructs_table");
    desk_table_head(d, "see_construct", false);
    desk_table_head(d, "see_level", false);
    desk_table_head(d, "see_answered_by", false);
    desk_table_head(d, "see_scale", false);
    desk_table_head(d, "see_items", true);
    desk_table_head(d, "see_reversed", true);
    for (size_t i = 0; i < instrument->n_constructs; i++) {
        const struct construct *c = &instrument->constructs[i];
        size_t reversed = 0;
        for (size_t j = c->first_item; j < c->first_item + c->n_items; j++)
            reversed += instrument->items[j].reverse;
        const char *audience = c->answered_by == AUDIENCE_STAFF          ? "audience.staff"
                               : c->answered_by == AUDIENCE_ORGANISATION ? "audience.organisation"
                                                                         : "audience.both";
        desk_row_open(d);
        desk_cell(d, in_words(d, instrument, &c->label));
        desk_cell(
            d, texts_get(d->screen.texts, d->screen.words, arena_printf(d->arena, "level.%s", level_names[c->level])));
        desk_cell(d, texts_get(d->screen.texts, d->screen.words, audience));
        desk_cell(d, c->scale->name);
        desk_cell_number(d, number(d, c->n_items));
        desk_cell_number(d, number(d, reversed));
        desk_row_close(d);
    }
    desk_table_close(d);
}

/* The instrument that a wave is pinned to; a reference, or NULL. */
static const struct instrument *pinned(struct desk *d, const struct wave *wave) {
    struct wave_file *files;
    size_t n;
    const struct instrument *instrument = NULL;
    if (store_list_wave_files(d->store, d->arena, wave->id, &files, &n) != RESULT_OK)
        return NULL;
    struct instrument_file *list = arena_array(d->arena, n + 1, sizeof *list);
    for (size_t i = 0; i < n; i++)
        list[i] = (struct instrument_file){files[i].language, files[i].text};
    struct findings *findings = findings_new();
    if (instrument_parse(&instrument, "wave", list, n, findings) != RESULT_OK)
        instrument = NULL;
    findings_free(findings);
    return instrument;
}

static const char *shortened(struct desk *d, const char *text) {
    const struct str whole = str_of(text), cut = utf8_cut(whole, SHOWN_OF_TEXT);
    return cut.n == whole.n ? text : arena_printf(d->arena, "%.*s…", (int)cut.n, cut.p);
}

static const char *change_key(struct desk *d, const char *prefix, enum change change) {
    static const char *const names[] = {"none", "wording", "additive", "breaking"};
    return arena_printf(d->arena, "%s_%s", prefix, names[change]);
}

static void write_difference(struct desk *d, const struct difference *x) {
    struct html *h = &d->screen.html;
    html_markup(h, "<li><b>");
    desk_say(d, change_key(d, "see_change", x->change));
    html_markup(h, "</b> ");
    html_text(h, desk_fill(d, arena_printf(d->arena, "see_diff_%s", x->code), "subject", x->subject, "was",
                           shortened(d, x->was), "is", shortened(d, x->is), NULL));
    html_markup(h, "</li>");
}

static void write_use(struct desk *d, const struct use *use, const struct instrument *now) {
    struct html *h = &d->screen.html;
    const struct instrument *was = pinned(d, &use->wave);
    const char *wave = *use->wave.label
                           ? use->wave.label
                           : desk_fill(d, "see_wave_number", "n", arena_printf(d->arena, "%d", use->wave.number), NULL);
    html_markup(h, "<li><p><b>");
    html_text(h, desk_fill(d, "see_use", "assessment", use->assessment.title, "wave", wave, NULL));
    html_markup(h, "</b> ");
    desk_say(d, use->wave.state == WAVE_OPEN ? "see_use_open" : "see_use_closed");
    html_markup(h, "</p>");
    if (was && now) {
        const struct comparison c = instrument_compare(d->arena, was, now);
        html_markup(h, "<p>");
        desk_say(d, change_key(d, "see_means", c.change));
        html_markup(h, "</p>");
        if (c.n > 0) {
            html_markup(h, "<details><summary>");
            html_text(h,
                      texts_count(d->screen.texts, d->arena, d->screen.words, "work.see_differences", (long)c.n, NULL));
            html_markup(h, "</summary><ul>");
            for (size_t i = 0; i < c.n && i < DIFFERENCES_SHOWN; i++)
                write_difference(d, &c.list[i]);
            html_markup(h, "</ul></details>");
        }
    }
    html_markup(h, "</li>");
    instrument_release(was);
}

static bool write_uses(struct desk *d, const struct shelved *s) {
    struct use *uses;
    size_t n;
    if (!shelved_uses(d, s, &uses, &n))
        return false;
    desk_section(d, "see_uses");
    if (n == 0) {
        desk_paragraph(d, "see_uses_none");
        return true;
    }
    desk_paragraph(d, "see_uses_how");
    html_markup(&d->screen.html, "<ul class=uses>");
    for (size_t i = 0; i < n; i++)
        write_use(d, &uses[i], s->file.instrument);
    html_markup(&d->screen.html, "</ul>");
    return true;
}

void instrument_show(struct desk *d) {
    struct shelved s;
    if (!shelved_find(d, &s))
        return;
    desk_style(d, "see.css");
    desk_open(d, 200, s.file.name, TAB_NONE);
    html_markup(&d->screen.html, "<p>");
    desk_link(d, "/instruments", desk_words(d, "see_to_instruments"));
    html_markup(&d->screen.html, "</p>");
    if (s.file.instrument) {
        write_facts(d, s.file.instrument);
        html_markup(&d->screen.html, "<p>");
        desk_link_button(d, desk_path(d, "instruments", s.file.name, "preview", NULL), "see_to_preview");
        html_markup(&d->screen.html, "</p>");
    } else {
        desk_paragraph(d, "see_has_errors");
    }
    write_findings(d, &s);
    if (s.file.instrument)
        write_constructs(d, s.file.instrument);
    const bool good = write_uses(d, &s);
    desk_close(d);
    if (!good)
        desk_refuse(d, 503);
    shelved_release(&s);
}
