/* The figures behind the rule of store/counts.h, read in one statement: a ballot that comes in between two would show
 * up as a difference. */
#include "store/counts.h"
#include "store/sql/database.h"

/* An imported wave's table holds 0 for people whom nobody counted, and so does an open link without a headcount. */
static struct organisation_count read_row(struct arena *arena, struct statement *q) {
    const int invited = column_int(q, 1);
    return (struct organisation_count){.organisation = column_text(arena, q, 0),
                                       .invited = invited > 0 ? invited : -1,
                                       .answered = column_int(q, 2),
                                       .organisation_answered = column_int(q, 3) != 0,
                                       .personal = column_int(q, 4),
                                       .unanswered = column_int(q, 5)};
}

static enum result list_rows(struct store *s, struct arena *arena, struct id wave, struct organisation_count **out,
                             size_t *n) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    struct statement *q = database_statement(
        db,
        "SELECT v.organisation, v.invited, v.answered, v.organisation_answered,"
        " coalesce(t.n, 0), coalesce(t.fresh, 0) FROM invited v LEFT JOIN (SELECT organisation, count(*) AS n,"
        "  count(*) FILTER (WHERE state = 0) AS fresh FROM ticket WHERE wave = ?1 AND kind = 1 GROUP BY organisation) t"
        " ON t.organisation = v.organisation WHERE v.wave = ?1 ORDER BY v.organisation");
    statement_bind(q, "d", &wave);
    LIST_ROWS(q, out, n, read_row(arena, q));
}

enum result store_count_answers(struct store *s, struct arena *arena, const struct wave *w, struct wave_counts *out) {
    *out = (struct wave_counts){.k = w->min_group};
    const enum result result = list_rows(s, arena, w->id, &out->rows, &out->n);
    if (result == RESULT_OK)
        counts_tell(out);
    return result;
}
