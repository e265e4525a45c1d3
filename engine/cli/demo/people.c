#include "cli/demo/people.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* About normal with variance 1: the sum of twelve uniform numbers less six. */
static double normal(struct simulation_random *r) {
    double sum = -6;
    for (int i = 0; i < 12; i++)
        sum += simulation_unit(r);
    return sum;
}

void simulate_organisation(struct simulated *s, double lean) {
    for (size_t c = 0; c < s->instrument->n_constructs && c < CONSTRUCTS_MAX; c++) {
        s->organisation[c] = 0.55 + lean + 0.6 * normal(&s->random);
        s->spread[c] = 0.45 + 0.8 * simulation_unit(&s->random);
        s->leads[c] = simulation_below(&s->random, 3) == 0 ? 0.9 : 0.2;
    }
}

void simulate_person(struct simulated *s, int number) {
    s->number = number;
    s->person = 0.4 * normal(&s->random);
}

/* Every sixth person leads others. */
static bool leads_others(const struct simulated *s) {
    return s->number % 6 == 0;
}

/* The code that a person in this place would tick. */
static const char *rate(struct simulated *s, struct arena *arena, const struct item *item) {
    const struct construct *c = &s->instrument->constructs[item->construct];
    const struct scale *scale = c->scale;
    if (scale->n_not_applicable && simulation_below(&s->random, 100) < (s->lead ? 1 : 4))
        return scale->not_applicable[simulation_below(&s->random, (uint32_t)scale->n_not_applicable)].name;
    double middle = (scale->low + scale->high) / 2.0, points = (double)scale->n_points / 5;
    size_t at = item->construct;
    double own = s->lead ? 0.4 : s->person + (leads_others(s) ? s->leads[at] : 0);
    double place = s->organisation[at] + own + (s->lead ? 0.3 : s->spread[at]) * normal(&s->random);
    int scored = (int)lround(middle + points * place);
    scored = scored < scale->low ? scale->low : scored > scale->high ? scale->high : scored;
    for (size_t i = 0; i < scale->n_points; i++) /* the raw code that scores so */
        if (item_scored(s->instrument, item, scale->points[i].code) == scored)
            return arena_printf(arena, "%d", scale->points[i].code);
    return NULL;
}

static const char *comment(struct simulated *s, struct arena *arena, const char *question) {
    const char *section = arena_printf(arena, "comments.%s.%s", s->language, question);
    const struct ini_section *list = ini_find_section(s->texts, section);
    if (!list || simulation_below(&s->random, 100) >= 36)
        return NULL;
    return list->keys[simulation_below(&s->random, (uint32_t)list->n_keys)].value;
}

const char *simulate_choice(void *context, struct arena *arena, const char *field, const char *const *values,
                            size_t n) {
    struct simulated *s = context;
    int index = instrument_field(s->instrument, field);
    if (index < 0)
        return NULL;
    const struct field *f = &s->instrument->fields[index];
    if (f->item)
        return simulation_below(&s->random, 100) < 2 ? NULL : rate(s, arena, f->item);
    switch (f->question->type) {
    case QUESTION_CHOICE: /* the first choice is the leads' */
        return n == 0 ? NULL : leads_others(s) ? values[0] : values[n < 3 ? n - 1 : 1 + (size_t)s->number % (n - 1)];
    case QUESTION_CHOICES:
        return n == 0 ? NULL : values[simulation_below(&s->random, (uint32_t)n)];
    case QUESTION_NUMBER: {
        double least = isfinite(f->question->minimum) ? f->question->minimum : 0;
        return arena_printf(arena, "%.0f", least + simulation_below(&s->random, 10));
    }
    case QUESTION_TEXT:
        return comment(s, arena, field);
    case QUESTION_DATE:
    case QUESTION_NOTE:
        break;
    }
    return NULL;
}
