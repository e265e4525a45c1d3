#include "web/server/style.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/embedded.h"

static bool is_blank(char c) {
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/* Skips blanks and comments. */
static size_t skip(struct str css, size_t i) {
    for (;;) {
        while (i < css.n && is_blank(css.p[i]))
            i++;
        if (i + 1 >= css.n || css.p[i] != '/' || css.p[i + 1] != '*')
            return i;
        const char *end = memmem(css.p + i + 2, css.n - i - 2, "*/", 2);
        i = end ? (size_t)(end - css.p) + 2 : css.n;
    }
}

/* Copies a quoted string as it is; returns the index behind it. */
static size_t copy_quoted(char *out, size_t *n, struct str css, size_t i) {
    const char quote = css.p[i];
    out[(*n)++] = css.p[i++];
    while (i < css.n && css.p[i] != quote) {
        if (css.p[i] == '\\' && i + 1 < css.n)
            out[(*n)++] = css.p[i++];
        out[(*n)++] = css.p[i++];
    }
    if (i < css.n)
        out[(*n)++] = css.p[i++];
    return i;
}

/* Blanks may go beside these, and behind a colon. Not before a colon, nor beside brackets or '+': there they can mean
 * something. */
static bool is_separator(char c) {
    return strchr("{};,>", c) != NULL;
}

struct str style_squeeze(struct arena *arena, struct str css) {
    char *out = arena_alloc(arena, css.n + 1);
    size_t n = 0;
    for (size_t i = skip(css, 0); i < css.n;) {
        const char c = css.p[i];
        if (c == '"' || c == '\'') {
            i = copy_quoted(out, &n, css, i);
            continue;
        }
        const size_t next = skip(css, i);
        if (next == i) {
            if (c == '}' && n > 0 && out[n - 1] == ';')
                n--;
            out[n++] = c;
            i++;
            continue;
        }
        i = next;
        if (n > 0 && i < css.n && !is_separator(out[n - 1]) && !is_separator(css.p[i]) && out[n - 1] != ':')
            out[n++] = ' ';
    }
    return (struct str){out, n};
}

/* "respondent.css" with its content becomes "/assets/respondent-<hash>.css". */
static struct asset make(struct arena *arena, const char *name, struct str content) {
    const char *dot = strrchr(name, '.');
    const bool style = strcmp(dot, ".css") == 0;
    const struct str wire = style ? style_squeeze(arena, content) : content;
    uint64_t hash = 14695981039346656037u; /* FNV-1a; only a name, nothing depends on its strength */
    for (size_t i = 0; i < wire.n; i++)
        hash = (hash ^ (unsigned char)wire.p[i]) * 1099511628211u;
    const char *path =
        arena_printf(arena, "/assets/%.*s-%016llx%s", (int)(dot - name), name, (unsigned long long)hash, dot);
    return (struct asset){path, style ? "text/css; charset=utf-8" : "text/javascript; charset=utf-8", wire};
}

const struct asset *style_make_assets(struct arena *arena, size_t *n) {
    static const char folder[] = "engine/web/assets/";
    struct asset *assets = arena_array(arena, embedded_count + 1, sizeof *assets);
    *n = 0;
    for (size_t i = 0; i < embedded_count; i++) {
        const struct embedded_file *f = &embedded_files[i];
        const char *name = f->path + sizeof folder - 1;
        if (strncmp(f->path, folder, sizeof folder - 1) == 0 && strrchr(name, '.'))
            assets[(*n)++] = make(arena, name, (struct str){f->begin, (size_t)(f->end - f->begin)});
    }
    return assets;
}

const char *asset_path(const struct web *web, const char *name) {
    const size_t stem = strcspn(name, ".");
    for (size_t i = 0; i < web->n_assets; i++) {
        const char *there = web->assets[i].path + strlen("/assets/");
        if (strncmp(there, name, stem) == 0 && there[stem] == '-' && strlen(there) == stem + 17 + strlen(name + stem) &&
            strcmp(there + stem + 17, name + stem) == 0)
            return web->assets[i].path;
    }
    return "";
}
