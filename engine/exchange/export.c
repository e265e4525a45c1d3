#include "exchange/export.h"

#include <string.h>

bool export_begin(struct exporting *e, struct arena *arena, const struct instrument *instrument,
                  struct findings *list) {
    struct ini *ini = NULL;
    *e = (struct exporting){.arena = arena, .instrument = instrument, .list = list};
    if (instrument->n_files == 0 ||
        ini_parse(&ini, arena, instrument->name, instrument->files[0].text, NULL) != RESULT_OK)
        return false; /* it was read once before: the machine is in trouble */
    e->ini = ini;
    return true;
}

const struct condition *export_condition(struct exporting *e, const char *kind, const char *name) {
    const char *rest;
    const struct ini_key *key = ini_find(e->ini, arena_printf(e->arena, "%s.%s", kind, name), "relevant");
    const struct condition *c = key ? condition_parse(e->arena, str_of(key->value), DIALECT_XLSFORM, &rest) : NULL;
    if (key && !c)
        finding_add(e->list, SEVERITY_WARNING, (struct place){NULL, 0, 0}, "exchange.out_condition", "name", name,
                    "text", key->value, NULL);
    return c && c->kind != CONDITION_ALWAYS ? c : NULL;
}

bool export_has_pages(const struct exporting *e) {
    for (size_t i = 0; i < e->ini->n_sections; i++)
        if (strncmp(e->ini->sections[i].name, "page.", 5) == 0)
            return true;
    return false;
}

const char *export_number(struct exporting *e, double x) {
    struct buf out = BUF_INIT;
    buf_number(&out, x);
    const char *text = arena_copy(e->arena, out.p, out.n);
    buf_free(&out);
    return text;
}

const char *export_audience(enum audience audience) {
    return audience == AUDIENCE_ORGANISATION ? "organisation" : audience == AUDIENCE_BOTH ? "both" : "";
}

const char *export_join(struct exporting *e, const char *const *parts, size_t n, const char *between) {
    const char *joined = "";
    for (size_t i = 0; i < n; i++)
        joined = arena_printf(e->arena, "%s%s%s", joined, i ? between : "", parts[i]);
    return joined;
}

const char *export_side(struct exporting *e, const struct scale *scale, bool favourable) {
    const char *codes = "";
    for (size_t i = 0; i < scale->n_points; i++)
        if (favourable ? scale->points[i].favourable : scale->points[i].unfavourable)
            codes = arena_printf(e->arena, "%s%s%d", codes, codes[0] ? "," : "", scale->points[i].code);
    return codes;
}

bool export_has_determinants(const struct construct *c) {
    return c->n_determinants > 1 || (c->n_determinants == 1 && strcmp(c->determinants[0], c->name) != 0);
}

const char *export_text(const struct text *text, size_t language) {
    return text->in ? text->in[language] : NULL;
}
