/* Words about results that several sheets use. */
#include "reports/sheets.h"

#include <string.h>

static const struct question *question_named(const struct book *book, const char *name) {
    int field = instrument_field(book->instrument, name);
    return field < 0 ? NULL : book->instrument->fields[field].question;
}

const char *words_breakdown(const struct book *book, const struct group_results *group) {
    if (strcmp(group->question, "unit") == 0)
        return word(book, "groups.unit");
    const struct question *question = question_named(book, group->question);
    return question ? words_text(book, &question->label) : group->question;
}

const char *words_group(const struct book *book, const struct group_results *group) {
    if (!*group->question)
        return word(book, "groups.whole");
    const struct question *question = question_named(book, group->question);
    for (size_t i = 0; question && i < question->n_choices; i++)
        if (strcmp(question->choices[i].code, group->value) == 0)
            return words_text(book, &question->choices[i].label);
    return group->value;
}

const char *words_agreement(const struct book *book, enum agreement agreement, bool sentence) {
    static const char *const keys[] = {[AGREEMENT_UNKNOWN] = "unknown",
                                       [AGREEMENT_GOOD] = "good",
                                       [AGREEMENT_UNCERTAIN] = "uncertain",
                                       [AGREEMENT_POOR] = "poor"};
    return word(book, arena_printf(book->arena, "agreement.%s%s", keys[agreement], sentence ? "_sentence" : ""));
}

const char *words_scale_range(const struct book *book, const struct construct *construct) {
    return WORDS(book, "scale.range", "low", words_number(book, construct->scale->low, 0), "high",
                 words_number(book, construct->scale->high, 0), NULL);
}
