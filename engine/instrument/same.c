#include "instrument/same.h"

#include <string.h>

#include "instrument/expression.h"

static bool same(const char *a, const char *b) {
    return strcmp(a, b) == 0;
}

bool scale_has_same_points(const struct scale *a, const struct scale *b) {
    if (a->n_points != b->n_points)
        return false;
    for (size_t i = 0; i < a->n_points; i++)
        if (a->points[i].code != b->points[i].code || a->points[i].favourable != b->points[i].favourable ||
            a->points[i].unfavourable != b->points[i].unfavourable)
            return false;
    return true;
}

static bool same_labels(const struct scale *a, const struct scale *b) {
    bool equal = a->n_points == b->n_points && a->n_not_applicable == b->n_not_applicable;
    for (size_t i = 0; equal && i < a->n_points; i++)
        equal = same(text_in(&a->points[i].label, 0), text_in(&b->points[i].label, 0));
    for (size_t i = 0; equal && i < a->n_not_applicable; i++)
        equal = same(a->not_applicable[i].name, b->not_applicable[i].name);
    return equal;
}

bool scale_is_another(const struct scale *was, const struct scale *is) {
    return !same(was->name, is->name) && !(scale_has_same_points(was, is) && same_labels(was, is));
}

bool scale_means_the_same(const struct scale *was, const struct scale *is) {
    return scale_has_same_points(was, is) && !scale_is_another(was, is);
}

struct two {
    const struct instrument *was, *is;
};

static const struct expression *condition_of_page(const struct instrument *in, const struct construct *construct,
                                                  const struct question *question) {
    for (size_t p = 0; p < in->n_pages; p++)
        for (size_t b = 0; b < in->pages[p].n_blocks; b++) {
            const struct block *block = &in->pages[p].blocks[b];
            if (construct ? block->construct == construct : block->question == question)
                return in->pages[p].relevant;
        }
    return NULL;
}

/* Conditions look at earlier pages only, so this comes to an end. */
static bool same_condition(const void *context, int a, int b) {
    const struct two *two = context;
    const struct field *was = &two->was->fields[a], *is = &two->is->fields[b];
    if (!same(was->name, is->name) || !was->item != !is->item)
        return false;
    const struct construct *c = was->item ? &two->was->constructs[was->item->construct] : NULL;
    const struct construct *d = is->item ? &two->is->constructs[is->item->construct] : NULL;
    return expression_same(c ? c->relevant : was->question->relevant, d ? d->relevant : is->question->relevant,
                           same_condition, two) &&
           expression_same(condition_of_page(two->was, c, was->question), condition_of_page(two->is, d, is->question),
                           same_condition, two);
}

bool construct_asks_the_same_people(const struct instrument *was, size_t construct_was, const struct instrument *is,
                                    size_t construct_is) {
    const struct two two = {was, is};
    const struct construct *a = &was->constructs[construct_was], *b = &is->constructs[construct_is];
    return expression_same(a->relevant, b->relevant, same_condition, &two) &&
           expression_same(condition_of_page(was, a, NULL), condition_of_page(is, b, NULL), same_condition, &two);
}
