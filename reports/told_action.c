#include "reports/told_action.h"

#include <string.h>

static const char *taken(const struct words *w, struct buf *b) {
    const char *text = arena_copy(w->arena, b->p, b->n);
    buf_free(b);
    return text;
}

struct offers words_offers(const struct words *w, const struct organisation_view *view) {
    return offers_of_organisation(w->arena, w->strategies, w->language, w->instrument, view);
}

struct offers words_offers_of_all(const struct words *w, const struct all_view *view) {
    return offers_of_all(w->arena, w->strategies, w->language, w->instrument, view);
}

const char *told_offers(const struct words *w, const struct offers *offers, bool anything) {
    if (!anything)
        return word(w, "strategies.nothing");
    if (offers->n_barriers == 0)
        return word(w, "strategies.no_barrier");
    if (!offers->lists)
        return word(w, "strategies.no_lists");
    if (offers->n == 0)
        return word(w, "strategies.no_match");
    return arena_printf(w->arena, "%s %s", word(w, "strategies.how"),
                        word(w, offers->matrix ? "strategies.how_matrix" : "strategies.how_author"));
}

const char *told_offers_of_all(const struct words *w, const struct offers *offers) {
    if (offers->n == 0)
        return told_offers(w, offers, true);
    return arena_printf(w->arena, "%s %s", word(w, "common.strategies_how"),
                        word(w, offers->matrix ? "common.strategies_matrix" : "strategies.how_author"));
}

const char *told_reason(const struct words *w, const struct offer_reason *reason) {
    const char *author = reason->author ? word(w, "strategies.by_author") : "", *experts = "";
    if (reason->cell)
        experts = WORDS(w, "strategies.by_experts", "percent", words_percent(w, reason->cell->percent / 100), "n",
                        words_whole(w, reason->cell->n), "level", offer_level(reason) == 1 ? "1" : "2", NULL);
    return *author && *experts ? WORDS(w, "strategies.by_both", "author", author, "experts", experts, NULL)
           : *author           ? author
                               : experts;
}

const char *told_reason_for(const struct words *w, const struct offer_reason *reason) {
    return WORDS(w, "strategies.reason", "construct",
                 words_text(w, &w->instrument->constructs[reason->construct].label), "why", told_reason(w, reason),
                 NULL);
}

const char *told_reasons(const struct words *w, const struct offer *offer, bool who) {
    struct buf b = BUF_INIT;
    for (size_t i = 0; i < offer->n_reasons; i++)
        buf_printf(&b, "%s%s", i ? "\n" : "",
                   who ? told_reason_for(w, &offer->reasons[i])
                       : words_text(w, &w->instrument->constructs[offer->reasons[i].construct].label));
    return taken(w, &b);
}

const char *told_more(const struct words *w, const struct offers *offers) {
    return offers->n > OFFERS_SHOWN ? words_count(w, "strategies.more", offers->n - OFFERS_SHOWN) : "";
}

/* Adds a sentence, with a full stop if it has no end yet. */
static void add_sentence(struct buf *b, const char *text) {
    if (!text || !*text)
        return;
    buf_printf(b, "%s%s%s", b->n ? " " : "", text, strchr(".!?", text[strlen(text) - 1]) ? "" : ".");
}

size_t told_offer_sources(const struct words *w, const struct offers *offers, struct told_line **lines) {
    struct offer_source *sources;
    size_t n = offers_sources(offers, w->arena, &sources), used = 0;
    bool author = false;
    *lines = arena_array(w->arena, n + 1, sizeof **lines);
    for (size_t i = 0; i < offers->n; i++)
        for (size_t r = 0; r < offers->list[i].n_reasons; r++)
            author = author || offers->list[i].reasons[r].author;
    if (author)
        (*lines)[used++] =
            (struct told_line){word(w, "strategies.source_author"), word(w, "strategies.source_author_says")};
    for (size_t i = 0; i < n; i++) {
        struct buf b = BUF_INIT;
        const struct strategy_list *list = sources[i].list;
        const struct strategy_cell *cell = sources[i].cell;
        add_sentence(&b, list ? list->kind : word(w, "strategies.source_matrix_says"));
        add_sentence(&b, list ? list->citation : cell->source);
        add_sentence(&b, list ? list->licence : cell->licence);
        (*lines)[used++] = (struct told_line){list ? list->title : word(w, "strategies.source_matrix"), taken(w, &b)};
    }
    return used;
}

const char *told_where(const struct words *w, const struct all_view *view, size_t construct) {
    struct buf b = BUF_INIT;
    size_t n = 0;
    for (size_t i = 0; i < view->n; i++) {
        if (!is_barrier(&view->each[i]->groups[0].constructs[construct]))
            continue;
        if (n++ < NAMES_SHOWN)
            buf_printf(&b, "%s%s", n > 1 ? "; " : "", view->heads[i].name);
    }
    if (n > NAMES_SHOWN)
        buf_printf(&b, "; %s", words_count(w, "common.more", n - NAMES_SHOWN));
    return taken(w, &b);
}

const char *told_common(const struct words *w, struct common common) {
    return WORDS(w, "overview.of", "hits", words_whole(w, common.hits), "all", words_whole(w, common.shown), NULL);
}

const char *told_common_barriers(const struct words *w, const struct offers *offers) {
    return word(w, offers->n_barriers ? "common.system" : "common.none");
}
