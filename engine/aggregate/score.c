#include <math.h>

#include "aggregate/score.h"

double score_item(const struct answers *answers, const struct item *item) {
    const struct answer *a = &answers->of[item->field];
    return a->state == ANSWER_CODE ? (double)item_scored(answers->instrument, item, a->code) : NAN;
}

static double mean_if_enough(double sum, size_t answered, const struct construct *construct) {
    /* Shares such as 2/3 are not exact: half an item in a million is no reason to throw a person out. */
    double needed = construct->min_answered * (double)construct->n_items - 1e-6;
    return answered > 0 && (double)answered >= needed ? sum / (double)answered : NAN;
}

double score_of_items(const double *scores, const struct construct *construct) {
    double sum = 0;
    size_t answered = 0;
    for (size_t i = 0; i < construct->n_items; i++) {
        if (!isnan(scores[i])) {
            sum += scores[i];
            answered++;
        }
    }
    return mean_if_enough(sum, answered, construct);
}

double score_construct(const struct answers *answers, const struct construct *construct) {
    double sum = 0;
    size_t answered = 0;
    for (size_t i = 0; i < construct->n_items; i++) {
        double x = score_item(answers, &answers->instrument->items[construct->first_item + i]);
        if (!isnan(x)) {
            sum += x;
            answered++;
        }
    }
    return mean_if_enough(sum, answered, construct);
}
