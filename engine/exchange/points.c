/* The codes of lists: as choices they keep theirs, made legal; as a scale they are whole numbers in a row, and what
 * stands outside it has a name. */
#include <ctype.h>
#include <string.h>

#include "base/nearest.h"
#include "exchange/draft.h"
#include "instrument/keys.h"

enum { CODE_LIMIT = 1000, LIST_LIMIT = 200 /* options; longer lists are neither scales nor choices here */ };

size_t draft_points(const struct draft_list *list) {
    size_t n = 0;
    for (size_t i = 0; i < list->n; i++)
        n += !list->options[i].outside;
    return n;
}

static const char *value_of(struct draft *d, long n) {
    return arena_printf(d->arena, "%ld", n);
}

/* The whole number that a code is, or ends in ("A4"), when `lettered`. */
static bool number_of(const char *code, bool lettered, long *out) {
    if (!lettered)
        return str_to_long(str_of(code), out) && *out >= -CODE_LIMIT && *out <= CODE_LIMIT;
    const size_t n = strlen(code);
    size_t at = n;
    while (at > 0 && isdigit((unsigned char)code[at - 1]))
        at--;
    return at < n && at > 0 && n - at < 5 && str_to_long((struct str){code + at, n - at}, out) && *out <= CODE_LIMIT;
}

/* Do the codes hold the number? Each number counts once. */
static bool has_number(const struct draft_list *list, bool lettered, long number) {
    long n;
    for (size_t i = 0; i < list->n; i++)
        if (number_of(list->options[i].code, lettered, &n) && n == number)
            return true;
    return false;
}

/* The longest row of numbers that follow one another; false when it does not hold most of them. */
static bool find_run(const struct draft_list *list, bool lettered, long *low, long *high) {
    size_t numbers = 0;
    long n;
    *low = 0;
    *high = -1;
    for (size_t i = 0; i < list->n; i++) {
        if (!number_of(list->options[i].code, lettered, &n))
            continue;
        numbers++;
        if (has_number(list, lettered, n - 1))
            continue;
        long end = n;
        while (has_number(list, lettered, end + 1))
            end++;
        if (end - n > *high - *low) {
            *low = n;
            *high = end;
        }
    }
    return *high > *low && (size_t)(*high - *low + 1) * 2 > numbers;
}

static bool is_word_for_outside(struct draft *d, const char *code) {
    static const char *const words[] = {
        "na",      "n_a",       "nap",  "not_applicable", "dk",  "dont_know", "do_not_know", "unsure", "not_sure",
        "refused", "no_answer", "skip", "other",          "oth", "nr",        "dna",         "pna",    "none"};
    const char *plain = draft_letters(d->arena, code);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(plain, words[i]) == 0)
            return true;
    return false;
}

/* A name for an answer outside the scale that is not taken for one of the scale's own keys. */
static void name_outside(struct draft *d, struct draft_list *list, struct draft_option *option,
                         struct draft_names *names) {
    static const char *const own[] = {"favourable", "unfavourable", "favorable", "unfavorable", "label",
                                      "hint",       "title",        "type",      "name",        "points"};
    const char *wanted = draft_letters(d->arena, option->code);
    if (name_is_legal(option->code))
        wanted = option->code;
    if (nearest_name(wanted, own, sizeof own / sizeof *own))
        wanted = arena_printf(d->arena, "o_%s", wanted);
    option->outside = true;
    option->outside_name = draft_name(d, names, wanted, "code");
    if (strcmp(option->outside_name, option->code) != 0)
        draft_noted(d, ((struct place){list->place.file, option->row, 0}), "exchange.outside", "list", list->code,
                    "code", option->code, "new", option->outside_name);
}

/* As a scale: where the codes are whole numbers in a row they stay, else they are numbered. */
static void make_points(struct draft *d, struct draft_list *list) {
    struct draft_names names = {.reserved = true};
    long low, high, n, next = 1;
    const bool numbers = find_run(list, false, &low, &high);
    const bool lettered = !numbers && find_run(list, true, &low, &high);
    for (size_t i = 0; i < list->n; i++) {
        struct draft_option *option = &list->options[i];
        const bool has = (numbers || lettered) && number_of(option->code, lettered, &n);
        const bool in = has && n >= low && n <= high;
        if (in)
            option->point = n;
        else if (numbers || lettered || is_word_for_outside(d, option->code))
            name_outside(d, list, option, &names);
        else
            option->point = next++;
        if (!option->outside && strcmp(value_of(d, option->point), option->code) != 0) {
            list->lettered = true;
            draft_noted(d, ((struct place){list->place.file, option->row, 0}), "exchange.point", "list", list->code,
                        "code", option->code, "new", value_of(d, option->point));
        }
    }
    for (size_t i = 1; i < list->n; i++) {
        if (!list->options[i].outside && !list->options[i - 1].outside &&
            list->options[i].point < list->options[i - 1].point) {
            draft_noted(d, list->place, "exchange.scale_order", "list", list->code);
            break;
        }
    }
}

/* As choices: small letters, digits and underscores. */
static void make_choices(struct draft *d, struct draft_list *list) {
    for (size_t i = 0; i < list->n; i++) {
        struct draft_option *option = &list->options[i];
        const char *name = option->code;
        if (!code_is_legal(name)) {
            name = draft_letters(d->arena, name);
            if (strcmp(option->code, "-oth-") == 0) /* LimeSurvey's own */
                name = "other";
            else if (option->code[0] == '-' && name[0])
                name = arena_printf(d->arena, "minus_%s", name);
            name = arena_printf(d->arena, "%.26s", name[0] ? name : "choice");
        }
        const char *stem = name;
        for (int k = 2;; k++) {
            bool taken = false;
            for (size_t j = 0; j < i; j++)
                taken = taken || strcmp(list->options[j].name, name) == 0;
            if (!taken)
                break;
            name = arena_printf(d->arena, "%.22s_%d", stem, k);
        }
        option->name = name;
    }
}

/* Two options with one code are one answer: the second is left out. */
static void drop_duplicates(struct draft *d, struct draft_list *list) {
    size_t kept = 0;
    for (size_t i = 0; i < list->n; i++) {
        bool twice = false;
        for (size_t j = 0; j < kept; j++)
            twice = twice || strcmp(list->options[j].code, list->options[i].code) == 0;
        if (twice)
            draft_lost(d, ((struct place){list->place.file, list->options[i].row, 0}), "exchange.code_twice", "list",
                       list->code, "code", list->options[i].code);
        else
            list->options[kept++] = list->options[i];
    }
    list->n = kept;
}

/* What renaming a list's choices changed, said once a list is used as choices. */
static void note_choices(struct draft *d, const struct draft_list *list) {
    for (size_t i = 0; i < list->n; i++)
        if (strcmp(list->options[i].name, list->options[i].code) != 0)
            draft_noted(d, ((struct place){list->place.file, list->options[i].row, 0}), "exchange.choice_code", "list",
                        list->code, "code", list->options[i].code, "new", list->options[i].name);
}

void draft_make_codes(struct draft *d) {
    for (size_t i = 0; i < d->n_blocks; i++) {
        struct draft_list *list = d->blocks[i].list;
        if (list && d->blocks[i].kind == DRAFT_CONSTRUCT)
            list->rating = true;
        else if (list)
            list->choices = true;
    }
    for (size_t i = 0; i < d->n_lists; i++) {
        struct draft_list *list = d->lists[i];
        if (list->n > LIST_LIMIT)
            continue;
        drop_duplicates(d, list);
        make_choices(d, list);
        if (list->choices)
            note_choices(d, list);
        if (list->rating)
            make_points(d, list);
    }
}
