#include "collect/plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/letters.h"

const char *plan_check_name(const char *name) {
    const size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");
    return n > 0 && n <= 40 && name[n] == '\0' ? NULL : "assessment_name";
}

/* With a line break in its subject no mail would leave. */
const char *plan_check_title(const char *title) {
    return title[0] && utf8_is_line(str_of(title)) && utf8_length(str_of(title)) <= 200 ? NULL : "title_length";
}

const char *plan_check_value(const struct instrument *instrument, const struct placeholder_value *value) {
    bool known = false;
    for (size_t i = 0; i < instrument->n_placeholders; i++)
        known = known || strcmp(value->name, instrument->placeholders[i].name) == 0;
    return !known ? "placeholder_unknown" : utf8_is_line(str_of(value->value)) ? NULL : "placeholder_lines";
}

int plan_min_comments(int min_group) {
    return min_group * 2 > 10 ? min_group * 2 : 10;
}

const char *plan_check_label(const char *label, const struct wave *waves, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (strcmp(waves[i].label, label) == 0)
            return "wave_label_taken";
    return label[0] ? NULL : "setup_label_empty";
}

const char *plan_check_until(const char *until, const char *timezone) {
    if (!clock_is_day(until))
        return "day_not_understood";
    return strcmp(until, clock_local_day(clock_now(), timezone).text) < 0 ? "day_is_past" : NULL;
}

static bool asks_staff(const struct instrument *i) {
    for (size_t p = 0; i && p < i->n_pages; p++)
        if (page_is_for(&i->pages[p], AUDIENCE_STAFF))
            return true;
    return false;
}

static int people_in(const struct person *people, size_t n, const char *code) {
    int found = 0;
    for (size_t i = 0; i < n; i++)
        found += strcmp(people[i].organisation, code) == 0;
    return found;
}

static int by_name(const void *a, const void *b) {
    return letters_compare(*(const char *const *)a, *(const char *const *)b);
}

enum result plan_find_few(struct store *store, struct arena *arena, const struct assessment *a,
                          const struct instrument *instrument, struct plan_few *out) {
    struct organisation *list;
    struct person *people;
    size_t n, n_people;
    bool all_known = true;
    *out = (struct plan_few){.all = -1};
    if (!asks_staff(instrument))
        return RESULT_OK;
    if (store_list_organisations(store, arena, a->id, &list, &n) != RESULT_OK ||
        store_list_people(store, arena, a->id, &people, &n_people) != RESULT_OK)
        return RESULT_MACHINE;
    out->names = arena_array(arena, n + 1, sizeof *out->names);
    out->all = 0;
    for (size_t i = 0; i < n; i++) {
        const int there = people_in(people, n_people, list[i].code);
        const int known = list[i].headcount > there ? list[i].headcount : there;
        all_known = all_known && (there > 0 || list[i].headcount >= 0);
        out->all += known;
        if (known > 0 && known < a->min_group)
            out->names[out->n++] = list[i].name;
    }
    if (out->n)
        qsort(out->names, out->n, sizeof *out->names, by_name);
    if (!all_known || out->all >= a->min_group)
        out->all = -1;
    return RESULT_OK;
}
