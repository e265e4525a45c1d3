/* What the lists and matrices of strategies are while they are read. For strategies*.c only. */
#ifndef READINESS_INSTRUMENT_STRATEGIES_INSIDE_H
#define READINESS_INSTRUMENT_STRATEGIES_INSIDE_H

#include <stddef.h>

#include "base/str.h"
#include "instrument/strategies.h"

/* Texts in the languages of a list: in[i] is NULL where language i has none. */
struct list_cluster {
    const char *number;
    const char **label;
};
struct list_strategy {
    const char *code; /* "eric.33" */
    const char **label;
    size_t cluster; /* SIZE_MAX: none */
};
struct list {
    const char *name;
    size_t n_languages;
    const char **languages; /* [0] is the list's own */
    struct strategy_list *in;
    size_t n_clusters, n;
    struct list_cluster *clusters;
    struct list_strategy *strategies;
    size_t first; /* order of its first strategy */
};

struct strategies {
    struct arena *arena;
    size_t n_lists, lists_capacity;
    struct list *lists;
    size_t n_codes;
    const char **codes;
    size_t n_cells, cells_capacity;
    struct strategy_cell *cells;
    const struct strategy_cell **sorted; /* by determinant, then largest percent first, then as read */
};

/* A file of the folder, or built in. */
struct strategy_file {
    const char *name; /* "eric.fr.ini" */
    const char *path; /* for findings */
    struct str text;
};

/* Reads one list with its translations (files whose name begins with the list's and a dot). *good is false when
 * something is wrong, and the list is to be left out. */
void list_read(struct list *list, struct arena *arena, const struct strategy_file *file,
               const struct strategy_file *files, size_t n_files, struct findings *findings, bool *good);
/* Adds the rows of one matrix, or none of them. */
bool matrix_read(struct strategies *s, const struct strategy_file *file, struct findings *findings);
/* Is it "NAME.ini" with a legal name? Then the name, in the arena; else NULL. */
const char *list_name(struct arena *arena, const char *file);
/* Of "NAME.LANGUAGE.ini" the language, in the arena; else NULL. */
const char *list_language(struct arena *arena, const char *file);
/* The order of a strategy's code, or SIZE_MAX. */
size_t strategies_order(const struct strategies *s, const char *code);

#endif
