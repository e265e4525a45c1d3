/* Everyone a mailing wrote to, with what became of it: by outcome, a hundred a page, and as a file. Where that would
 * tell who has not answered, there is no list (store/mailings.h says when). */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/csv.h"
#include "web/workspace/mail_page.h"
#include "web/workspace/reach_pages.h"

enum { PAGE_ROWS = 100 };

static const char *const outcome_names[OUTCOMES] = {"",        "accepted", "waiting", "retry",
                                                    "refused", "unknown",  "skipped"};

bool mailing_find(struct desk *d, struct mailing *m, struct wave *wave) {
    struct id id;
    if (mail_page_parse_id(desk_parameter(d, "mailing"), &id) &&
        store_get_mailing(d->store, d->arena, id, m) == RESULT_OK &&
        store_get_wave(d->store, d->arena, m->wave, wave) == RESULT_OK && id_equal(wave->assessment, d->assessment.id))
        return true;
    desk_refuse(d, 404);
    return false;
}

static enum outcome asked_outcome(struct desk *d) {
    const char *asked = desk_asked(d, "outcome", 20);
    for (int i = 1; i < OUTCOMES; i++)
        if (strcmp(asked, outcome_names[i]) == 0)
            return (enum outcome)i;
    return OUTCOME_ANY;
}

static const char *outcome_words(struct desk *d, enum outcome outcome) {
    return desk_words(d, outcome == OUTCOME_ANY ? "mailing_outcome_any"
                                                : arena_printf(d->arena, "mailing_outcome_%s", outcome_names[outcome]));
}

/* The page of the mailing, or with `more` another path of it, for one outcome, from behind one person on. */
static const char *address(struct desk *d, const struct mailing *m, const char *more, enum outcome outcome,
                           const struct id *after) {
    const char *path = desk_path(d, "assessments", d->assessment.name, "send", mail_page_id(d, m->id), more, NULL);
    return arena_printf(d->arena, "%s%s%s%s%s", path,
                        outcome ? "?outcome="
                        : after ? "?"
                                : "",
                        outcome_names[outcome], after ? (outcome ? "&after=" : "after=") : "",
                        after ? mail_page_id(d, *after) : "");
}

static void write_filter(struct desk *d, const struct mailing *m, const int counts[OUTCOMES], enum outcome chosen) {
    struct html *h = &d->screen.html;
    html_markup(h, "<nav class=reach-ways");
    html_attribute(h, "aria-label", desk_words(d, "mailing_filter"));
    html_markup(h, "><ul>");
    for (int i = 0; i < OUTCOMES; i++) {
        if (i != OUTCOME_ANY && counts[i] == 0 && i != (int)chosen)
            continue;
        html_markup(h, "<li><a");
        html_attribute(h, "href", address(d, m, NULL, (enum outcome)i, NULL));
        if (i == (int)chosen)
            html_markup(h, " aria-current=page");
        html_end(h);
        html_text(h, desk_fill(d, "mailing_filter_count", "outcome", outcome_words(d, (enum outcome)i), "n",
                               desk_number(d, counts[i], 0), NULL));
        html_markup(h, "</a></li>");
    }
    html_markup(h, "</ul></nav>");
}

/* "23 November 2026, 7:05", or when it is tried again; nothing when nobody noted it. */
static const char *when_words(struct desk *d, const struct delivery *v) {
    const char *time = v->moment ? desk_time(d, v->moment) : "";
    if (v->outcome == OUTCOME_RETRY && *time)
        return desk_fill(d, "mailing_next_try", "time", time, NULL);
    return v->outcome == OUTCOME_WAITING || v->outcome == OUTCOME_SKIPPED ? "" : time;
}

static void write_rows(struct desk *d, const struct delivery *list, size_t n) {
    desk_table_open(d, "mailing_people_table");
    desk_table_head(d, "mailing_address", false);
    desk_table_head(d, "mailing_outcome", false);
    desk_table_head(d, "mailing_when", false);
    desk_table_head(d, "mailing_sentence", false);
    for (size_t i = 0; i < n; i++) {
        desk_row_open(d);
        desk_cell(d, list[i].email);
        desk_cell(d, outcome_words(d, list[i].outcome));
        desk_cell(d, when_words(d, &list[i]));
        desk_cell(d, mail_page_sentence(d, list[i].sentence));
        desk_row_close(d);
    }
    desk_table_close(d);
}

static void write_pages(struct desk *d, const struct mailing *m, enum outcome chosen, bool first,
                        const struct id *after) {
    struct html *h = &d->screen.html;
    if (first && !after)
        return;
    html_markup(h, "<p>");
    if (!first)
        desk_link(d, address(d, m, NULL, chosen, NULL), desk_words(d, "mailing_first_page"));
    html_markup(h, " ");
    if (after)
        desk_link(d, address(d, m, NULL, chosen, after), desk_words(d, "mailing_next_page"));
    html_markup(h, "</p>");
}

void mailing_write_people(struct desk *d, const struct mailing *m) {
    const enum outcome chosen = asked_outcome(d);
    struct html *h = &d->screen.html;
    struct delivery *list;
    struct id after;
    int counts[OUTCOMES];
    size_t n;
    const bool first = !mail_page_parse_id(desk_asked(d, "after", 32), &after);
    desk_section(d, "mailing_people");
    if (m->unknown)
        desk_paragraph(d, "mailing_unknown_explain");
    if (mailing_names_nobody(m)) {
        desk_paragraph(d, "mailing_names_nobody");
        return;
    }
    if (store_count_outcomes(d->store, m->id, counts) != RESULT_OK ||
        store_list_deliveries(d->store, d->arena, m->id, chosen, first ? NULL : &after, PAGE_ROWS + 1, &list, &n) !=
            RESULT_OK) {
        desk_paragraph(d, "mailing_people_trouble");
        return;
    }
    if (m->kind == MAILING_INVITATIONS)
        desk_paragraph(d, "mailing_answered_as_accepted");
    write_filter(d, m, counts, chosen);
    if (n == 0)
        desk_paragraph(d, "mailing_people_none");
    else
        write_rows(d, list, n > PAGE_ROWS ? PAGE_ROWS : n);
    write_pages(d, m, chosen, first, n > PAGE_ROWS ? &list[PAGE_ROWS - 1].invitation : NULL);
    html_markup(h, "<p>");
    desk_link(d, address(d, m, "outcomes.csv", chosen, NULL), desk_words(d, "mailing_download"));
    html_markup(h, "</p>");
}

/* "2026-11-23 07:05" where the person is: what a spreadsheet takes for a time. */
static const char *moment_text(struct desk *d, int64_t moment) {
    const time_t local = (time_t)(moment + clock_offset(moment, d->account.timezone));
    struct tm t;
    if (!moment || !gmtime_r(&local, &t))
        return "";
    return arena_printf(d->arena, "%04d-%02d-%02d %02d:%02d", t.tm_year + 1900, t.tm_mon + 1, t.tm_mday, t.tm_hour,
                        t.tm_min);
}

static void write_file(struct desk *d, FILE *out, const struct delivery *list, size_t n) {
    static const char *const heads[] = {"mailing_address", "mailing_name", "mailing_organisation",
                                        "mailing_outcome", "mailing_when", "mailing_attempts",
                                        "mailing_sentence"};
    struct csv_writer w = {.out = out};
    fputs("\xEF\xBB\xBF", out); /* so that Excel reads it as UTF-8 */
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        csv_text(&w, desk_words(d, heads[i]));
    csv_end(&w);
    for (size_t i = 0; i < n; i++) {
        csv_text(&w, list[i].email);
        csv_text(&w, list[i].name);
        csv_text(&w, list[i].organisation);
        csv_text(&w, outcome_words(d, list[i].outcome));
        csv_text(&w, moment_text(d, list[i].moment));
        csv_integer(&w, list[i].attempts);
        csv_text(&w, mail_page_sentence(d, list[i].sentence));
        csv_end(&w);
    }
}

void mailing_download_outcomes(struct desk *d) {
    struct mailing m;
    struct wave wave;
    struct delivery *list;
    char *text = NULL;
    size_t n, size = 0;
    if (!mailing_find(d, &m, &wave))
        return;
    if (mailing_names_nobody(&m)) {
        desk_refuse(d, 404);
        return;
    }
    FILE *out = NULL;
    if (store_list_deliveries(d->store, d->arena, m.id, asked_outcome(d), NULL, INT_MAX, &list, &n) == RESULT_OK)
        out = open_memstream(&text, &size);
    if (!out) {
        desk_refuse(d, 503);
        return;
    }
    write_file(d, out, list, n);
    const bool whole = fclose(out) == 0;
    const struct str content = {whole ? arena_copy(d->arena, text, size) : "", size};
    free(text);
    if (!whole) {
        desk_refuse(d, 503);
        return;
    }
    desk_audit_inside(d, "outcomes_written", wave.label, NULL);
    desk_download(d, arena_printf(d->arena, "%s-%d-mails.csv", d->assessment.name, wave.number),
                  "text/csv; charset=utf-8", content);
}
