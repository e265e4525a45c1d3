/* What of two versions of an instrument may be set beside each other: by whoever classifies a change, and by whoever
 * compares two waves. Pure. */
#ifndef READINESS_INSTRUMENT_SAME_H
#define READINESS_INSTRUMENT_SAME_H

#include <stdbool.h>

#include "instrument/instrument.h"

/* The same codes, with the same sides. */
bool scale_has_same_points(const struct scale *a, const struct scale *b);
/* A scale of another name is the same one only if it reads the same. Who changes a label of a scale changes words; who
 * names another scale, for which another question was asked, does not. */
bool scale_is_another(const struct scale *was, const struct scale *is);
/* Does a rating on one scale mean what it means on the other? */
bool scale_means_the_same(const struct scale *was, const struct scale *is);

/* Were the same people asked about a construct, as far as conditions go: its own, its page's, and those of the
 * questions at which they look? */
bool construct_asks_the_same_people(const struct instrument *was, size_t construct_was, const struct instrument *is,
                                    size_t construct_is);

#endif
