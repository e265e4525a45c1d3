#include "web/workspace/setup.h"
#include "base/clock.h"
#include "base/letters.h"
#include "collect/plan.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { PRINT_SIZE = 16 };

void setup_open(struct desk *d, int status, const char *title, enum desk_tab tab) {
    desk_style(d, "setup.css");
    desk_open(d, status, title, tab);
}

bool setup_read(struct desk *d, const struct assessment *a, struct setup_state *out) {
    struct organisation *organisations;
    struct person *people;
    *out = (struct setup_state){.has_counts = false};
    bool good = store_list_organisations(d->store, d->arena, a->id, &organisations, &out->organisations) == RESULT_OK &&
                store_list_people(d->store, d->arena, a->id, &people, &out->people) == RESULT_OK &&
                store_list_waves(d->store, d->arena, a->id, &out->waves, &out->n_waves) == RESULT_OK;
    for (size_t i = 0; good && i < out->n_waves; i++) {
        const struct wave *w = &out->waves[i];
        if (!out->last || w->number > out->last->number)
            out->last = w;
        if (w->state == WAVE_OPEN)
            out->open = w;
    }
    for (size_t i = 0; good && i < out->n_waves; i++) {
        bool destroyed = false;
        good = store_is_destroyed(d->store, &out->waves[i], &destroyed) == RESULT_OK;
        out->is_destroyed = &out->waves[i] == out->last ? destroyed : out->is_destroyed;
        out->has_results = out->has_results || (out->waves[i].state == WAVE_CLOSED && !destroyed);
    }
    const struct wave *counted = out->open ? out->open : out->last;
    if (good && counted)
        good = out->has_counts = store_count_answers(d->store, d->arena, counted, &out->counts) == RESULT_OK;
    if (!good)
        desk_refuse(d, 503);
    return good;
}

const char *setup_answered_short(struct desk *d, const struct wave_counts *c) {
    const char *words = desk_number(d, c->answered, 0);
    if (c->answered < 0)
        return desk_fill(d, "setup_answered_few", "k", desk_number(d, c->k, 0), NULL);
    const double rate = counts_rate(c, c->answered, c->invited);
    return rate < 0 ? words
                    : desk_fill(d, "setup_answered_of", "answered", words, "invited", desk_number(d, c->invited, 0),
                                "share", desk_percent(d, rate), NULL);
}

const char *setup_answered_remark(struct desk *d, const struct wave_counts *c) {
    if (c->answered < 0 || c->everybody)
        return NULL;
    return desk_fill(d, "setup_answered_remark", "k", desk_number(d, c->k, 0), NULL);
}

const char *setup_answered(struct desk *d, const struct wave_counts *c) {
    const char *words = setup_answered_short(d, c);
    if (c->answered < 0 || c->everybody)
        return words;
    return desk_fill(d, "setup_answered_told", "answered", words, "k", desk_number(d, c->k, 0), NULL);
}

const char *setup_until(struct desk *d, const struct wave *w) {
    if (!w->until[0])
        return desk_words(d, "setup_no_deadline");
    return desk_fill(d, "setup_day_in_zone", "day", desk_day(d, w->until), "zone", w->timezone, NULL);
}

enum result setup_find_wave(struct desk *d, struct wave *out) {
    struct wave *waves;
    size_t n;
    long number;
    if (store_list_waves(d->store, d->arena, d->assessment.id, &waves, &n) != RESULT_OK)
        return RESULT_MACHINE;
    const bool is_number = str_to_long(str_of(desk_parameter(d, "wave")), &number);
    for (size_t pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < n; i++)
            if (pass == 0 ? is_number && waves[i].number == number
                          : strcmp(waves[i].label, desk_parameter(d, "wave")) == 0) {
                *out = waves[i];
                return RESULT_OK;
            }
    return RESULT_INPUT;
}

bool setup_wave(struct desk *d, struct wave *out) {
    const enum result result = setup_find_wave(d, out);
    if (result != RESULT_OK)
        desk_refuse(d, result == RESULT_INPUT ? 404 : 503);
    return result == RESULT_OK;
}

void setup_check_until(struct desk *d, const char *until, const char *timezone) {
    const char *problem = plan_check_until(until, timezone);
    if (problem)
        desk_wrong(d, "until", problem, "value", clock_is_day(until) ? desk_day(d, until) : until);
}

bool setup_open_wave(struct desk *d, struct wave *out) {
    if (!setup_wave(d, out))
        return false;
    if (out->state == WAVE_OPEN)
        return true;
    desk_redirect(d, setup_path(d, "waves"), NULL, NULL);
    return false;
}

const char *setup_hex(struct desk *d, struct id id) {
    char *hex = arena_alloc(d->arena, 2 * sizeof id.bytes + 1);
    for (size_t i = 0; i < sizeof id.bytes; i++) {
        hex[2 * i] = "0123456789abcdef"[id.bytes[i] >> 4];
        hex[2 * i + 1] = "0123456789abcdef"[id.bytes[i] & 15];
    }
    return hex;
}

static int digit(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool setup_read_id(const char *hex, struct id *out) {
    if (strlen(hex) != 2 * sizeof out->bytes)
        return false;
    for (size_t i = 0; i < sizeof out->bytes; i++) {
        const int high = digit(hex[2 * i]), low = digit(hex[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        out->bytes[i] = (uint8_t)(high * 16 + low);
    }
    return true;
}

static int by_name(const void *a, const void *b) {
    const struct organisation *x = a, *y = b;
    const int order = letters_compare(x->name, y->name);
    return order != 0 ? order : strcmp(x->code, y->code);
}

void setup_sort_organisations(struct organisation *list, size_t n) {
    if (n)
        qsort(list, n, sizeof *list, by_name);
}

const char *setup_print(struct desk *d, const char *first, ...) {
    crypto_generichash_state state;
    unsigned char hash[PRINT_SIZE];
    char *hex = arena_alloc(d->arena, 2 * PRINT_SIZE + 1);
    va_list rest;
    crypto_generichash_init(&state, NULL, 0, sizeof hash);
    va_start(rest, first);
    for (const char *text = first; text; text = va_arg(rest, const char *))
        crypto_generichash_update(&state, (const unsigned char *)text, strlen(text) + 1);
    va_end(rest);
    crypto_generichash_final(&state, hash, sizeof hash);
    return sodium_bin2hex(hex, 2 * PRINT_SIZE + 1, hash, sizeof hash);
}

void setup_hide_began(struct desk *d, const char *print) {
    desk_hidden(d, "began", print);
}

bool setup_take_began(struct desk *d, const char *print) {
    const char *began = desk_posted(d, "began", (size_t)2 * PRINT_SIZE);
    if (!began[0] || strcmp(began, print) == 0)
        return true;
    desk_wrong(d, "", "setup_changed_meanwhile", NULL, NULL);
    return false;
}

/* Removed by the server, and not before this wave had closed: an older line is about another assessment of that name.
 */
static bool is_gone(struct desk *d, const char *act, const char *object, const struct wave *after, const char **day) {
    struct audit line;
    if (store_find_audit(d->store, d->arena, act, object, &line) != RESULT_OK)
        return false;
    *day = arena_string(d->arena, clock_local_day(line.time, "UTC").text);
    return strcmp(*day, after->closed) >= 0;
}

static void write_gone(struct desk *d, const char *text) {
    struct html *h = &d->screen.html;
    html_markup(h, "<div class=notice><p>");
    html_text(h, text);
    html_markup(h, "</p></div>");
}

void setup_write_gone(struct desk *d, const struct setup_state *s, bool responses) {
    const char *day;
    if (!s->people && s->last && !s->open && is_gone(d, "roster_dropped", d->assessment.name, s->last, &day))
        write_gone(d, desk_fill(d, "setup_roster_gone", "day", desk_day(d, day), NULL));
    for (size_t i = 0; responses && i < s->n_waves; i++) {
        const struct wave *w = &s->waves[i];
        const char *object = arena_printf(d->arena, "%s/%s", d->assessment.name, w->label);
        if (w->state == WAVE_CLOSED && is_gone(d, "responses_dropped", object, w, &day))
            write_gone(d, desk_fill(d, "setup_responses_gone", "wave", w->label, "day", desk_day(d, day), NULL));
    }
}

void setup_facts_open(struct desk *d) {
    html_markup(&d->screen.html, "<dl class=facts>");
}

void setup_fact(struct desk *d, const char *label_key, const char *text) {
    setup_fact_text(d, desk_words(d, label_key), text);
}

void setup_fact_text(struct desk *d, const char *label, const char *text) {
    struct html *h = &d->screen.html;
    html_markup(h, "<div><dt>");
    html_text(h, label);
    html_markup(h, "</dt><dd>");
    html_text(h, text);
    html_markup(h, "</dd></div>");
}

void setup_facts_close(struct desk *d) {
    html_markup(&d->screen.html, "</dl>");
}

void setup_paragraph(struct desk *d, const char *text) {
    html_markup(&d->screen.html, "<p>");
    html_text(&d->screen.html, text);
    html_markup(&d->screen.html, "</p>");
}

void setup_buttons_open(struct desk *d) {
    html_markup(&d->screen.html, "<div class=buttons>");
}

void setup_buttons_close(struct desk *d) {
    html_markup(&d->screen.html, "</div>");
}

void setup_cancel(struct desk *d, const char *path) {
    desk_link(d, path, desk_words(d, "setup_cancel"));
}
