/* Do two engines have the same instruments? */
#include <dirent.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "instrument/library.h"

enum { FILE_MOST = 16 << 20 };

static int by_name(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char **list_names(struct arena *arena, const char *folder, size_t *n) {
    const char **names = NULL;
    size_t capacity = 0;
    DIR *d = opendir(folder);
    *n = 0;
    for (const struct dirent *e; d && (e = readdir(d));) {
        const size_t length = strlen(e->d_name);
        if (e->d_name[0] == '.' || length < 5 || strcmp(e->d_name + length - 4, ".ini") != 0)
            continue;
        names = arena_grow(arena, names, *n, &capacity, sizeof *names);
        names[(*n)++] = arena_string(arena, e->d_name);
    }
    if (d)
        closedir(d);
    if (*n)
        qsort(names, *n, sizeof *names, by_name);
    return names;
}

void library_hash(const char *folder, uint8_t out[32]) {
    struct arena *arena = arena_new();
    crypto_generichash_state all;
    size_t n;
    const char **names = list_names(arena, folder, &n);
    crypto_generichash_init(&all, NULL, 0, 32);
    for (size_t i = 0; i < n; i++) {
        struct arena *own = arena_new();
        struct str text = {"", 0};
        uint8_t hash[32];
        if (file_read(&text, own, arena_printf(own, "%s/%s", folder, names[i]), FILE_MOST, NULL) != RESULT_OK)
            text = str_of("");
        crypto_generichash(hash, sizeof hash, (const uint8_t *)text.p, text.n, NULL, 0);
        crypto_generichash_update(&all, (const uint8_t *)names[i], strlen(names[i]) + 1);
        crypto_generichash_update(&all, hash, sizeof hash);
        arena_free(own);
    }
    crypto_generichash_final(&all, out, 32);
    arena_free(arena);
}
