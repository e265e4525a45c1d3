#include "reports/book.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *word(const struct book *book, const char *key) {
    return book->texts ? texts_get(book->texts, book->language, key) : "";
}

const char *words_number(const struct book *book, double x, int decimals) {
    return texts_number(book->arena, book->language, x, decimals);
}

const char *words_percent(const struct book *book, double share) {
    return WORDS(book, "number.percent", "number", words_number(book, 100 * share, 0), NULL);
}

const char *words_signed(const struct book *book, double x, int decimals) {
    const char *size = words_number(book, fabs(x), decimals);
    return arena_printf(book->arena, "%s%s", x > 0 ? "+" : x < 0 ? "\xE2\x88\x92" : "", size);
}

const char *words_day(const struct book *book, const char *day) {
    if (!day || !clock_is_day(day))
        return "";
    long date = strtol(day + 8, NULL, 10), month = strtol(day + 5, NULL, 10);
    const char *number = date == 1 ? word(book, "date.first") : arena_printf(book->arena, "%ld", date);
    const char *name = word(book, arena_printf(book->arena, "date.month.%ld", month));
    return WORDS(book, "date.day", "day", number, "month", name, "year", arena_copy(book->arena, day, 4), NULL);
}

const char *words_cell(const struct book *book, struct cell cell, int decimals) {
    return cell.state == CELL_VALUE      ? words_number(book, cell.value, decimals)
           : cell.state == CELL_WITHHELD ? word(book, "cell.withheld")
                                         : "";
}

static const char *const call_keys[] = {[CALL_NONE] = "none",       [CALL_STRONG_BARRIER] = "strong_barrier",
                                        [CALL_BARRIER] = "barrier", [CALL_MIXED] = "mixed",
                                        [CALL_ENABLER] = "enabler", [CALL_STRONG_ENABLER] = "strong_enabler"};

const char *words_call(const struct book *book, enum call call) {
    return call == CALL_NONE ? "" : word(book, arena_printf(book->arena, "call.%s", call_keys[call]));
}

/* Marks are typography, not words: the same in every language, and readable in greyscale. */
const char *words_mark(const struct book *book, enum call call) {
    static const char *const marks[] = {[CALL_NONE] = "",
                                        [CALL_STRONG_BARRIER] = "\xE2\x88\x92\xE2\x88\x92",
                                        [CALL_BARRIER] = "\xE2\x88\x92",
                                        [CALL_MIXED] = "○",
                                        [CALL_ENABLER] = "+",
                                        [CALL_STRONG_ENABLER] = "++"};
    (void)book;
    return marks[call];
}

const char *words_level(const struct book *book, enum level level) {
    return word(book, arena_printf(book->arena, "level.%s", level_names[level]));
}

const char *words_audience(const struct book *book, enum audience audience) {
    return word(book, audience == AUDIENCE_STAFF          ? "audience.staff"
                      : audience == AUDIENCE_ORGANISATION ? "audience.organisation"
                                                          : "audience.both");
}

const char *words_reading(const struct book *book, const struct construct *construct) {
    return word(book, construct->higher_is_barrier ? "reading.barrier" : "reading.enabler");
}

const char *words_wave(const struct book *book) {
    const struct wave *wave = results_wave(book->results);
    const char *label = wave->label && *wave->label
                            ? wave->label
                            : WORDS(book, "wave.number", "number", arena_printf(book->arena, "%d", wave->number), NULL);
    const char *from = words_day(book, wave->opened), *to = words_day(book, wave->closed);
    if (*from && *to)
        return WORDS(book, "wave.dates", "wave", label, "from", from, "to", to, NULL);
    if (*to)
        return WORDS(book, "wave.closed", "wave", label, "to", to, NULL);
    return label;
}

const char *words_fewer(const struct book *book) {
    const struct wave *wave = results_wave(book->results);
    return WORDS(book, "cell.fewer", "k", arena_printf(book->arena, "%d", wave->min_group), NULL);
}

const char *words_least_comments(const struct book *book) {
    const struct wave *wave = results_wave(book->results);
    int least = wave->min_comments > 2 * wave->min_group ? wave->min_comments : 2 * wave->min_group;
    return arena_printf(book->arena, "%d", least);
}

const char *words_text(const struct book *book, const struct text *text) {
    char *out = arena_string(book->arena, results_text(book->results, book->arena, text, book->instrument_language));
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
