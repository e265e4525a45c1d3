/* One instrument: what is wrong in its file, line by line; its languages; its constructs at a glance; and what the file
 * as it is now would mean beside the waves that were begun with it. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/ini.h"
#include "instrument/compare.h"
#include "instrument/loader.h"
#include "web/workspace/shelf.h"

enum { LINES_AROUND = 2 };

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

/* The errors, or all the others; returns how many. */
static size_t write_findings_of(struct desk *d, const struct shelved *s, bool errors) {
    struct html *h = &d->screen.html;
    size_t n = 0;
    for (size_t i = 0; i < findings_total(s->findings); i++) {
        const struct finding *f = findings_at(s->findings, i);
        if ((f->severity == SEVERITY_ERROR) != errors)
            continue;
        if (n++ == 0)
            html_markup(h, "<ul class=findings>");
        write_finding(d, f);
    }
    if (n)
        html_markup(h, "</ul>");
    return n;
}

static void write_findings(struct desk *d, const struct shelved *s) {
    struct html *h = &d->screen.html;
    desk_section(d, "see_findings");
    if (findings_total(s->findings) == 0) {
        desk_paragraph(d, "see_findings_none");
        return;
    }
    const size_t errors = write_findings_of(d, s, true);
    const size_t others = findings_total(s->findings) - errors;
    if (!errors) {
        (void)write_findings_of(d, s, false);
    } else if (others) { /* what only weighs when the file can be used waits behind what keeps it from being used */
        html_markup(h, "<details><summary>");
        html_text(
            h, texts_count(d->screen.texts, d->arena, d->screen.words, "work.see_other_findings", (long)others, NULL));
        html_markup(h, "</summary>");
        (void)write_findings_of(d, s, false);
        html_markup(h, "</details>");
    }
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
        differences_write_meaning(d, c.change);
        html_markup(h, "</p>");
        if (c.n > 0) {
            html_markup(h, "<details><summary>");
            html_text(h,
                      texts_count(d->screen.texts, d->arena, d->screen.words, "work.see_differences", (long)c.n, NULL));
            html_markup(h, "</summary>");
            differences_write(d, &c);
            html_markup(h, "</details>");
        }
        if (c.n > 0 && use->wave.state == WAVE_OPEN) {
            html_markup(h, "<p>");
            desk_link(d,
                      desk_path(d, "assessments", use->assessment.name, "waves",
                                arena_printf(d->arena, "%d", use->wave.number), "adopt", NULL),
                      desk_words(d, comparison_is_words_only(&c) ? "setup_adopt_link" : "setup_adopt_link_look"));
            html_markup(h, "</p>");
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
    } else if (!s.file.missing) {
        desk_paragraph(d, "see_has_errors");
    }
    if (s.file.missing) {
        html_markup(&d->screen.html, "<div class=notice><p>");
        desk_text(d, desk_fill(d, "see_main_missing", "file", s.file.missing, NULL));
        html_markup(&d->screen.html, "</p></div>");
    } else {
        write_findings(d, &s);
    }
    if (s.file.instrument)
        write_constructs(d, s.file.instrument);
    const bool good = write_uses(d, &s);
    desk_close(d);
    if (!good)
        desk_refuse(d, 503);
    shelved_release(&s);
}
