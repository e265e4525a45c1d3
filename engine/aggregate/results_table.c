#include "aggregate/results_table.h"

#include "aggregate/results_state.h"
#include "base/csv.h"
#include "base/json.h"

struct line { /* one row of the long form */
    const char *organisation, *group, *kind, *name, *statistic;
    struct cell value, n;
};

struct table {
    FILE *out;
    struct csv_writer csv;
    struct json_writer json;
    struct buf buf;
    void (*write)(struct table *t, const struct line *line);
};

static void write_csv_line(struct table *t, const struct line *line) {
    csv_text(&t->csv, line->organisation);
    csv_text(&t->csv, line->group);
    csv_text(&t->csv, line->kind);
    csv_text(&t->csv, line->name);
    csv_text(&t->csv, line->statistic);
    if (line->value.state == CELL_VALUE) {
        csv_number(&t->csv, line->value.value);
    } else {
        csv_text(&t->csv, line->value.state == CELL_WITHHELD ? "withheld" : "");
    }
    if (line->n.state == CELL_VALUE) {
        csv_number(&t->csv, line->n.value);
    } else {
        csv_text(&t->csv, "");
    }
    csv_end(&t->csv);
}

static void write_json_line(struct table *t, const struct line *line) {
    struct json_writer *w = &t->json;
    json_open(w, '{');
    json_key(w, "organisation");
    json_text(w, line->organisation);
    json_key(w, "group");
    json_text(w, line->group);
    json_key(w, "kind");
    json_text(w, line->kind);
    json_key(w, "name");
    json_text(w, line->name);
    json_key(w, "statistic");
    json_text(w, line->statistic);
    json_key(w, "value");
    if (line->value.state == CELL_VALUE) {
        json_number(w, line->value.value);
    } else {
        json_text(w, line->value.state == CELL_WITHHELD ? "withheld" : NULL);
    }
    json_key(w, "n");
    if (line->n.state == CELL_VALUE) {
        json_number(w, line->n.value);
    } else {
        json_text(w, NULL);
    }
    json_close(w, '}');
    fwrite(t->buf.p, 1, t->buf.n, t->out);
    buf_clear(&t->buf);
}

/* The statistics of one variable that are defined for it, in the order of the enum. A withheld value has no n. */
static void write_figures(struct table *t, struct line line, const struct figures *f, bool together, bool whole,
                          enum kind kind) {
    for (size_t s = 0; s < STAT_COUNT; s++) {
        if (statistic_applies(kind, (enum statistic)s, together, whole)) {
            line.statistic = statistic_names[s];
            line.value = f->of[s];
            line.n = f->of[s].state == CELL_WITHHELD ? cell_none() : f->of[STAT_N];
            t->write(t, &line);
        }
    }
}

static void write_response(struct table *t, struct line line, const struct organisation_results *o,
                           const struct group_results *g, bool whole) {
    const struct {
        enum statistic statistic;
        struct cell cell;
    } lines[] = {{STAT_N, g->n}, {STAT_RATE, o->rate}, {STAT_INVITED, o->invited}, {STAT_ANSWERED, o->answered}};
    line.kind = kind_names[KIND_RESPONSE];
    line.name = "responses";
    for (size_t i = 0; i < (whole ? 4 : 1); i++) {
        line.statistic = statistic_names[lines[i].statistic];
        line.value = lines[i].cell;
        line.n = lines[i].cell.state == CELL_WITHHELD ? cell_none() : g->n;
        t->write(t, &line);
    }
}

static void write_organisation(const struct results *r, struct table *t, struct arena *arena,
                               const struct organisation_results *o) {
    const struct layout *l = r->layout;
    bool together = !o->code[0];
    for (size_t i = 0; i < o->n_groups; i++) {
        const struct group_results *g = &o->groups[i];
        bool whole = i == 0;
        struct line line = {.organisation = o->code, .group = ""};
        if (!whole) {
            line.group = arena_printf(arena, "%s=%s", g->question, g->value);
        }
        write_response(t, line, o, g, whole);
        for (size_t v = 1; v < l->n_variables; v++) {
            const struct variable *variable = &l->variables[v];
            const struct figures *list = variable->kind == KIND_ITEM        ? g->items
                                         : variable->kind == KIND_CONSTRUCT ? g->constructs
                                                                            : g->domains;
            line.kind = kind_names[variable->kind];
            line.name = variable->name;
            write_figures(t, line, &list[variable->index], together, whole, variable->kind);
        }
    }
}

static enum result write_part(struct results *r, struct table *t, size_t from, size_t to, struct findings *findings) {
    enum result result = RESULT_OK;
    for (size_t i = from; result == RESULT_OK && i < to && i <= r->n_heads; i++) {
        struct arena *arena = arena_new();
        struct organisation_results *o;
        result = i == 0 ? results_overall(r, arena, &o) : results_organisation(r, arena, i - 1, &o);
        if (result == RESULT_OK) {
            write_organisation(r, t, arena, o);
        }
        arena_free(arena);
    }
    if (result != RESULT_OK) {
        finding_add(findings, SEVERITY_ERROR, (struct place){NULL, 0, 0}, "results_not_read", "wave", r->wave.label,
                    NULL);
    } else if (fflush(t->out) != 0 || ferror(t->out)) {
        finding_add(findings, SEVERITY_ERROR, (struct place){NULL, 0, 0}, "results_not_written", NULL);
        result = RESULT_MACHINE;
    }
    return result;
}

static enum result write_table(struct results *r, struct table *t, struct findings *findings) {
    return write_part(r, t, 0, r->n_heads + 1, findings);
}

enum result results_write_csv(struct results *r, FILE *out, struct findings *findings) {
    static const char *const columns[] = {"organisation", "group", "kind", "name", "statistic", "value", "n"};
    struct table t = {.out = out, .csv = {.out = out}, .write = write_csv_line};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        csv_text(&t.csv, columns[i]);
    }
    csv_end(&t.csv);
    return write_table(r, &t, findings);
}

enum result results_write_json(struct results *r, FILE *out, struct findings *findings) {
    const enum result result = results_write_json_part(r, 0, r->n_heads + 1, out, findings);
    fputc('\n', out);
    return result;
}

enum result results_write_json_part(struct results *r, size_t from, size_t to, FILE *out, struct findings *findings) {
    struct table t = {.out = out, .buf = BUF_INIT, .write = write_json_line};
    t.json.out = &t.buf;
    json_open(&t.json, '[');
    enum result result = write_part(r, &t, from, to, findings);
    json_close(&t.json, ']');
    fwrite(t.buf.p, 1, t.buf.n, out);
    buf_free(&t.buf);
    return result;
}
