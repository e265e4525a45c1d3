#include "reports/words.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

struct words words_about(struct arena *arena, const struct texts *texts, const char *language,
                         struct results *results) {
    struct words w = {arena, texts, language, results, results_instrument(results), NULL, 0};
    int index = instrument_language(w.instrument, language);
    w.instrument_language = index < 0 ? 0 : (size_t)index;
    return w;
}

const char *word(const struct words *w, const char *key) {
    return w->texts ? texts_get(w->texts, w->language, key) : "";
}

const char *words_count(const struct words *w, const char *key, size_t n) {
    return texts_count(w->texts, w->arena, w->language, key, (long)n, NULL);
}

const char *words_whole(const struct words *w, size_t n) {
    return arena_printf(w->arena, "%zu", n);
}

const char *words_number(const struct words *w, double x, int decimals) {
    return texts_number(w->arena, w->language, x, decimals);
}

const char *words_percent(const struct words *w, double share) {
    return WORDS(w, "number.percent", "number", words_number(w, 100 * share, 0), NULL);
}

const char *words_signed(const struct words *w, double x, int decimals) {
    const char *size = words_number(w, fabs(x), decimals);
    if (!strpbrk(size, "123456789"))
        return size;
    return arena_printf(w->arena, "%s%s", x > 0 ? "+" : x < 0 ? "\xE2\x88\x92" : "", size);
}

const char *words_day(const struct words *w, const char *day) {
    if (!day || !clock_is_day(day))
        return "";
    long date = strtol(day + 8, NULL, 10), month = strtol(day + 5, NULL, 10);
    const char *number = date == 1 ? word(w, "date.first") : arena_printf(w->arena, "%ld", date);
    const char *name = word(w, arena_printf(w->arena, "date.month.%ld", month));
    return WORDS(w, "date.day", "day", number, "month", name, "year", arena_copy(w->arena, day, 4), NULL);
}

const char *words_cell(const struct words *w, struct cell cell, int decimals) {
    return cell.state == CELL_VALUE      ? words_number(w, cell.value, decimals)
           : cell.state == CELL_WITHHELD ? word(w, "cell.withheld")
                                         : "";
}

static const char *const call_keys[] = {[CALL_NONE] = "none",       [CALL_STRONG_BARRIER] = "strong_barrier",
                                        [CALL_BARRIER] = "barrier", [CALL_MIXED] = "mixed",
                                        [CALL_ENABLER] = "enabler", [CALL_STRONG_ENABLER] = "strong_enabler"};

const char *words_call(const struct words *w, enum call call) {
    return call == CALL_NONE ? "" : word(w, arena_printf(w->arena, "call.%s", call_keys[call]));
}

/* Marks are typography, not words: the same in every language, and readable in greyscale. */
const char *words_mark(enum call call) {
    static const char *const marks[] = {[CALL_NONE] = "",
                                        [CALL_STRONG_BARRIER] = "\xE2\x88\x92\xE2\x88\x92",
                                        [CALL_BARRIER] = "\xE2\x88\x92",
                                        [CALL_MIXED] = "○",
                                        [CALL_ENABLER] = "+",
                                        [CALL_STRONG_ENABLER] = "++"};
    return marks[call];
}

const char *words_level(const struct words *w, enum level level) {
    return word(w, arena_printf(w->arena, "level.%s", level_names[level]));
}

const char *words_audience(const struct words *w, enum audience audience) {
    return word(w, audience == AUDIENCE_STAFF          ? "audience.staff"
                   : audience == AUDIENCE_ORGANISATION ? "audience.organisation"
                                                       : "audience.both");
}

const char *words_reading(const struct words *w, const struct construct *construct) {
    return word(w, construct->higher_is_barrier ? "reading.barrier" : "reading.enabler");
}

const char *words_wave_label(const struct words *w, const struct wave *wave) {
    return wave->label && *wave->label
               ? wave->label
               : WORDS(w, "wave.number", "number", arena_printf(w->arena, "%d", wave->number), NULL);
}

const char *words_wave(const struct words *w) {
    const struct wave *wave = results_wave(w->results);
    const char *label = words_wave_label(w, wave);
    const char *from = words_day(w, wave->opened), *to = words_day(w, wave->closed);
    if (*from && *to && strcmp(from, to) != 0)
        return WORDS(w, "wave.dates", "wave", label, "from", from, "to", to, NULL);
    if (*to)
        return WORDS(w, "wave.closed", "wave", label, "to", to, NULL);
    return label;
}

const char *words_comparison(const struct words *w, enum comparison why) {
    static const char *const keys[] = {
        [COMPARISON_NOT_THERE] = "change.not_there",       [COMPARISON_NOT_ASKED] = "change.not_asked",
        [COMPARISON_OTHER_ITEMS] = "change.other_items",   [COMPARISON_OTHER_SCALE] = "change.other_scale",
        [COMPARISON_OTHER_PEOPLE] = "change.other_people", [COMPARISON_UNREADABLE] = "change.unreadable",
    };
    return why == COMPARISON_MEANS_THE_SAME ? "" : word(w, keys[why]);
}

const char *words_fewer(const struct words *w) {
    const struct wave *wave = results_wave(w->results);
    return WORDS(w, "cell.fewer", "k", arena_printf(w->arena, "%d", wave->min_group), NULL);
}

const char *words_answered_withheld(const struct words *w, const struct organisation_results *o) {
    return o->code[0] ? words_fewer(w) : word(w, "report.withheld");
}

const char *words_least_comments(const struct words *w) {
    const struct wave *wave = results_wave(w->results);
    int least = wave->min_comments > 2 * wave->min_group ? wave->min_comments : 2 * wave->min_group;
    return arena_printf(w->arena, "%d", least);
}

const char *words_text(const struct words *w, const struct text *text) {
    char *out = arena_string(w->arena, results_text(w->results, w->arena, text, w->instrument_language));
    /* *emphasis* is for pages; a cell shows plain text. Only pairs around words are taken away. */
    char *to = out;
    bool open = false;
    for (const char *p = out; *p; p++) {
        bool starts =
            *p == '*' && !open && p[1] && !strchr(" *", p[1]) && strchr(p + 1, '*') && (p == out || p[-1] == ' ');
        bool ends = *p == '*' && open;
        if (starts || ends)
            open = starts;
        else
            *to++ = *p;
    }
    *to = 0;
    return out;
}

static const struct question *question_named(const struct words *w, const char *name) {
    int field = instrument_field(w->instrument, name);
    return field < 0 ? NULL : w->instrument->fields[field].question;
}

const char *words_breakdown(const struct words *w, const struct group_results *group) {
    if (strcmp(group->question, "unit") == 0)
        return word(w, "groups.unit");
    const struct question *question = question_named(w, group->question);
    return question ? words_text(w, &question->label) : group->question;
}

const char *words_group(const struct words *w, const struct group_results *group) {
    if (!*group->question)
        return word(w, "groups.whole");
    const struct question *question = question_named(w, group->question);
    for (size_t i = 0; question && i < question->n_choices; i++)
        if (strcmp(question->choices[i].code, group->value) == 0)
            return words_text(w, &question->choices[i].label);
    return group->value;
}

const char *words_scale_range(const struct words *w, const struct construct *construct) {
    return WORDS(w, "scale.range", "low", words_number(w, construct->scale->low, 0), "high",
                 words_number(w, construct->scale->high, 0), NULL);
}

const char *words_hash(const struct words *w) {
    char hex[65];
    for (size_t i = 0; i < 32; i++)
        snprintf(hex + 2 * i, 3, "%02x", w->instrument->hash[i]);
    return arena_string(w->arena, hex);
}
