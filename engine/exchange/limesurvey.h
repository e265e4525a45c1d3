/* A LimeSurvey survey as a tree: groups, questions, sub-questions, answers, each with its texts by language. Both of
 * its files become this; read_limesurvey.c makes a draft of it. For limesurvey*.c and read_limesurvey.c only. */
#ifndef READINESS_EXCHANGE_LIMESURVEY_H
#define READINESS_EXCHANGE_LIMESURVEY_H

#include "exchange/draft.h"

struct lime_part { /* a sub-question or an answer */
    const char *code, *relevance, *score, *fallback;
    int scale, order;
    long id; /* of the .lss */
    struct place place;
    struct draft_text text; /* as it stands in the file until lime_finish */
};

struct lime_question {
    const char *code, *type, *relevance, *mandatory, *other, *validation, *fallback;
    int group, group_order, order;
    long id;
    struct place place;
    struct draft_text text, help, other_text; /* other_text: what "other" is called */
    const char *minimum, *maximum;
    bool hidden;
    size_t n_subs, subs_capacity, n_answers, answers_capacity;
    struct lime_part *subs, *answers;
    struct buf attributes; /* those that are set, with their values, separated by ", "; freed by lime_draft */
};

struct lime_group {
    const char *relevance;
    int order;
    long id;
    struct place place;
    struct draft_text text, help;
};

struct lime {
    struct draft *d;
    size_t n_groups, groups_capacity, n_questions, questions_capacity;
    struct lime_group *groups;
    struct lime_question *questions;
    struct draft_text title, description, welcome, end;
    struct place places[4]; /* of these texts */
    struct buf settings;    /* names of those that have no place here; freed by lime_draft */
    bool settings_full;     /* more than anybody would read */
    struct place first_setting;
};

struct lime_group *lime_group_new(struct lime *l, struct place place);
struct lime_question *lime_question_new(struct lime *l, const char *code, struct place place);
struct lime_part *lime_part_new(struct lime *l, struct lime_question *q, bool answer, const char *code,
                                struct place place);
struct lime_part *lime_part_find(struct lime_question *q, bool answer, const char *code, int scale);
/* Sets the text of a language; an empty one is none. */
void lime_text(struct draft *d, struct draft_text *text, const char *language, const char *value);
/* A setting or a mail: named, each once, and not carried over; one that is switched off is not worth a word. */
void lime_setting(struct lime *l, const char *name, const char *value, struct place place);
/* An attribute of a question: some have a place here, the others are named. */
void lime_attribute(struct lime *l, struct lime_question *q, const char *name, const char *value, const char *language);
/* The tree into the draft. */
void lime_draft(struct lime *l);

#endif
