/* Placeholders, scales and domains: what constructs refer to by name. */
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "base/str.h"
#include "instrument/load.h"

enum { POINTS_MIN = 2, POINTS_MAX = 11 };

static void check_section_name(struct loader *l, const struct ini_section *section) {
    if (section_own_name(section)[0] && !name_is_legal(section_own_name(section))) { /* none: said already */
        load_error(l, section->line, "name.illegal", "name", section_own_name(section));
    }
}

void load_placeholder(struct loader *l, const struct ini_section *section) {
    check_section_name(l, section);
    load_check_keys(l, section, SECTION_PLACEHOLDER);
    l->placeholders[l->to->n_placeholders++] = (struct placeholder){
        .name = arena_string(l->arena, section_own_name(section)),
        .value = load_text(l, section, SECTION_PLACEHOLDER, "default"),
    };
}

void load_domain(struct loader *l, const struct ini_section *section) {
    check_section_name(l, section);
    load_check_keys(l, section, SECTION_DOMAIN);
    l->domain_sections[l->to->n_domains] = section;
    l->domains[l->to->n_domains++] = (struct domain){
        .name = arena_string(l->arena, section_own_name(section)),
        .label = load_text(l, section, SECTION_DOMAIN, "label"),
        .framework = load_text(l, section, SECTION_DOMAIN, "framework"),
    };
}

static int by_code(const void *a, const void *b) {
    const struct scale_point *x = a, *y = b;
    return (x->code > y->code) - (x->code < y->code);
}

static struct scale_point *find_point(struct scale_point *points, size_t n, long code) {
    for (size_t i = 0; i < n; i++) {
        if (points[i].code == code) {
            return &points[i];
        }
    }
    return NULL;
}

/* A key of a scale that is neither a code nor one of its own keys names an answer outside the scale. */
static void load_not_applicable(struct loader *l, const struct ini_section *section, const struct ini_key *key,
                                struct scale *scale, struct not_applicable *list) {
    static const char *const own[] = {"favourable", "unfavourable", "favorable", "unfavorable"};
    static const char *const others[] = {"label", "hint", "title",
                                         "type",  "name", "points"}; /* keys of other sections */
    const char *meant = nearest_name(key->name, own, 4);
    bool foreign = false;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        foreign = foreign || strcmp(key->name, others[i]) == 0;
    }
    if (meant || foreign || !name_is_legal(key->name)) {
        load_error(l, key->line, meant ? "scale.key.meant" : "scale.key", "key", key->name, "meant",
                   meant && strcmp(meant, own[2]) == 0   ? own[0]
                   : meant && strcmp(meant, own[3]) == 0 ? own[1]
                   : meant                               ? meant
                                                         : "");
        return;
    }
    list[scale->n_not_applicable++] = (struct not_applicable){
        .name = arena_string(l->arena, key->name),
        .label = load_text(l, section, SECTION_SCALE, key->name),
    };
}

static void load_points(struct loader *l, const struct ini_section *section, struct scale *scale,
                        struct scale_point *points, struct not_applicable *outside) {
    for (size_t i = 0; i < section->n_keys; i++) {
        const struct ini_key *key = &section->keys[i];
        long code;
        if (strcmp(key->name, "favourable") == 0 || strcmp(key->name, "unfavourable") == 0) {
            continue;
        }
        if (!str_to_long(str_of(key->name), &code)) {
            load_not_applicable(l, section, key, scale, outside);
        } else if (code < -1000 || code > 1000) {
            load_error(l, key->line, "scale.code", "code", key->name);
        } else if (find_point(points, scale->n_points, code)) { /* "1" and "01" */
            load_error(l, key->line, "scale.code_twice", "code", key->name);
        } else {
            points[scale->n_points++] =
                (struct scale_point){.code = (int)code, .label = load_text(l, section, SECTION_SCALE, key->name)};
        }
    }
    qsort(points, scale->n_points, sizeof *points, by_code);
}

static void check_points(struct loader *l, const struct ini_section *section, const struct scale *scale) {
    const char *count = arena_printf(l->arena, "%zu", scale->n_points);
    if (scale->n_points < POINTS_MIN || scale->n_points > POINTS_MAX) {
        load_error(l, section->line, "scale.points", "scale", scale->name, "count", count);
        return;
    }
    for (size_t i = 1; i < scale->n_points; i++) {
        if (scale->points[i].code != scale->points[i - 1].code + 1) {
            load_error(l, section->line, "scale.gap", "scale", scale->name, "before",
                       arena_printf(l->arena, "%d", scale->points[i - 1].code), "after",
                       arena_printf(l->arena, "%d", scale->points[i].code));
        }
    }
}

/* Reads favourable or unfavourable into `chosen`; false when the file does not say. */
static bool load_side(struct loader *l, const struct ini_section *section, const char *name, struct scale *scale,
                      struct scale_point *points, bool *chosen) {
    const struct ini_key *key = load_key(l, section, SECTION_SCALE, name);
    const char **parts;
    size_t n;
    if (!key) {
        return false;
    }
    (void)load_list(l, key, &n, &parts);
    for (size_t i = 0; i < n; i++) {
        long code;
        struct scale_point *point =
            str_to_long(str_of(parts[i]), &code) ? find_point(points, scale->n_points, code) : NULL;
        if (!point) {
            load_error(l, key->line, "scale.side_unknown", "key", name, "code", parts[i], "scale", scale->name);
        } else {
            chosen[point - points] = true;
        }
    }
    return true;
}

/* Where the file says nothing, the codes above the middle are favourable and those below it unfavourable. */
static void load_sides(struct loader *l, const struct ini_section *section, struct scale *scale,
                       struct scale_point *points) {
    bool *good = arena_array(l->arena, scale->n_points + 1, sizeof *good);
    bool *bad = arena_array(l->arena, scale->n_points + 1, sizeof *bad);
    bool said_good = load_side(l, section, "favourable", scale, points, good);
    bool said_bad = load_side(l, section, "unfavourable", scale, points, bad);
    for (size_t i = 0; i < scale->n_points; i++) {
        int twice = 2 * points[i].code, middle = scale->low + scale->high;
        points[i].favourable = said_good ? good[i] : twice > middle && !bad[i];
        points[i].unfavourable = said_bad ? bad[i] : twice < middle && !good[i];
        if (points[i].favourable && points[i].unfavourable) {
            const struct ini_key *key = load_key(l, section, SECTION_SCALE, "unfavourable");
            load_error(l, key ? key->line : section->line, "scale.side_both", "code",
                       arena_printf(l->arena, "%d", points[i].code), "scale", scale->name);
        }
    }
}

void load_scale(struct loader *l, const struct ini_section *section) {
    check_section_name(l, section);
    l->scale_sections[l->to->n_scales] = section;
    struct scale *scale = &l->scales[l->to->n_scales++];
    struct scale_point *points = arena_array(l->arena, section->n_keys + 1, sizeof *points);
    struct not_applicable *outside = arena_array(l->arena, section->n_keys + 1, sizeof *outside);
    scale->name = arena_string(l->arena, section_own_name(section));
    scale->points = points;
    scale->not_applicable = outside;
    load_points(l, section, scale, points, outside);
    check_points(l, section, scale);
    scale->low = scale->n_points ? points[0].code : 0;
    scale->high = scale->n_points ? points[scale->n_points - 1].code : 0;
    load_sides(l, section, scale, points);
}
