/* Comments, behind disclosure: per question, in a random order of their own. A comment is joined to nobody, so the
 * number of persons who commented on a question is the number of its comments. */
#include <string.h>

#include "aggregate/results_state.h"
#include "base/random.h"

struct gathering {
    struct results *r;
    struct arena *arena;
    struct comment_list *lists;
    size_t *capacity;
    size_t n;
};

static bool each_comment(void *context, const struct comment *c) {
    struct gathering *g = context;
    for (size_t i = 0; i < g->n; i++) {
        struct comment_list *list = &g->lists[i];
        if (strcmp(g->r->instrument->questions[list->question].name, c->question) == 0) {
            list->texts = arena_grow(g->arena, list->texts, list->n, &g->capacity[i], sizeof *list->texts);
            list->texts[list->n++] = arena_copy(g->arena, c->text.p, c->text.n);
        }
    }
    return true;
}

static void shuffle(const char **texts, size_t n) {
    for (size_t i = n; i > 1; i--) {
        size_t j = random_below((uint32_t)i);
        const char *t = texts[i - 1];
        texts[i - 1] = texts[j];
        texts[j] = t;
    }
}

enum result results_read_comments(struct results *r, struct arena *arena, struct organisation_results *out) {
    const struct instrument *in = r->instrument;
    struct gathering g = {.r = r, .arena = arena};
    g.lists = arena_array(arena, in->n_questions, sizeof *g.lists);
    g.capacity = arena_array(arena, in->n_questions, sizeof *g.capacity);
    for (size_t q = 0; q < in->n_questions; q++) {
        const struct question *question = &in->questions[q];
        if (question->comment && question->type == QUESTION_TEXT && (question->answered_by & AUDIENCE_STAFF)) {
            g.lists[g.n++].question = q;
        }
    }
    struct cell persons = out->groups[0].n;
    size_t respondents = persons.state == CELL_VALUE ? (size_t)persons.value : 0;
    enum result result = RESULT_OK;
    if (g.n && disclose_comments(respondents, r->k, r->min_comments)) {
        result = store_each_comment(r->store, r->wave.id, out->code, each_comment, &g);
    }
    for (size_t i = 0; i < g.n; i++) {
        struct comment_list *list = &g.lists[i];
        list->withheld = !disclose_comments(list->n, r->k, r->min_comments);
        if (list->withheld) {
            list->n = 0;
            list->texts = NULL;
        } else {
            shuffle(list->texts, list->n);
        }
    }
    out->n_comment_lists = g.n;
    out->comments = g.lists;
    return result;
}
