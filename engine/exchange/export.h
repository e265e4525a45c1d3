/* What both exports share: the conditions of an instrument, read from its own file. For export*.c only. */
#ifndef READINESS_EXCHANGE_EXPORT_H
#define READINESS_EXCHANGE_EXPORT_H

#include "base/ini.h"
#include "exchange/condition.h"
#include "exchange/exchange.h"
#include "exchange/table.h"

struct exporting {
    struct arena *arena;
    const struct instrument *instrument;
    const struct ini *ini; /* of the instrument itself */
    struct findings *list;
    struct table *table;
};

bool export_begin(struct exporting *e, struct arena *arena, const struct instrument *instrument, struct findings *list);
/* The condition under [section] relevant; NULL for none. */
const struct condition *export_condition(struct exporting *e, const char *kind, const char *name);
/* Has the file pages of its own, or are they one a block? */
bool export_has_pages(const struct exporting *e);
const char *export_number(struct exporting *e, double x);
const char *export_audience(enum audience audience);
const char *export_join(struct exporting *e, const char *const *parts, size_t n, const char *between);
/* The codes of a scale's favourable or unfavourable points, "4,5". */
const char *export_side(struct exporting *e, const struct scale *scale, bool favourable);
bool export_has_determinants(const struct construct *construct);
/* A text in a language of its own; NULL when it has none there. */
const char *export_text(const struct text *text, size_t language);

#endif
