#include "base/ini.h"

#include <iniparser.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "base/ini_pass.h"

/* iniparser reports through one callback for the whole process and without a user pointer: loading happens under this
 * lock, and what it says goes to `said`, which only the holder of the lock touches. */
static pthread_mutex_t library_lock = PTHREAD_MUTEX_INITIALIZER;
static struct buf *said;

__attribute__((format(printf, 1, 2))) static int hear(const char *format, ...) {
    char message[512];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(message, sizeof message, format, args);
    va_end(args);
    buf_text(said, message);
    return n;
}

static int open_in_memory(struct str text) {
    int fd = memfd_create("ini", MFD_CLOEXEC);
    if (fd < 0) {
        return -1;
    }
    for (size_t done = 0; done < text.n;) {
        ssize_t n = write(fd, text.p + done, text.n - done);
        if (n <= 0) {
            close(fd);
            return -1;
        }
        done += (size_t)n;
    }
    return fd;
}

static dictionary *load_with_library(struct str text, struct buf *messages) {
    int fd = open_in_memory(text);
    if (fd < 0) {
        return NULL;
    }
    char path[40];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    pthread_mutex_lock(&library_lock);
    said = messages;
    iniparser_set_error_callback(hear);
    dictionary *d = iniparser_load(path);
    iniparser_set_error_callback(NULL);
    said = NULL;
    pthread_mutex_unlock(&library_lock);
    close(fd);
    return d;
}

/* Takes the values from iniparser's dictionary, which keeps file order, and holds its sections and keys against ours.
 * The first difference is returned as the line where it is; 0 when there is none. */
static int take_values(struct ini *ini, const dictionary *d, struct arena *arena) {
    int next = 0, line = 1;
    for (size_t i = 0; i < ini->n_sections; i++) {
        const struct ini_section *section = &ini->sections[i];
        line = section->line;
        if (next >= d->n || strcmp(d->key[next], section->name) != 0 || d->val[next]) {
            return line;
        }
        next++;
        for (size_t k = 0; k < section->n_keys; k++) {
            struct ini_key *key = &section->keys[k];
            const char *name = arena_printf(arena, "%s:%s", section->name, key->name);
            line = key->line;
            if (next >= d->n || strcmp(d->key[next], name) != 0 || !d->val[next] ||
                strcmp(d->val[next], key->value) != 0) {
                return line;
            }
            key->value = arena_string(arena, d->val[next]);
            next++;
        }
    }
    return next == d->n ? 0 : line;
}

/* The second pass, for text in which the first found no mistake: any trouble here is ours, not the author's. */
static enum result second_pass(struct ini *ini, struct arena *arena, const char *file, struct str text,
                               struct findings *findings) {
    enum result result = RESULT_OK;
    struct buf messages = BUF_INIT;
    dictionary *d = load_with_library(text, &messages);
    if (!d && messages.n == 0) {
        finding_add(findings, SEVERITY_ERROR, (struct place){file, 0, 0}, "ini.machine", NULL);
        result = RESULT_MACHINE;
    } else if (!d) {
        struct str rest = buf_view(&messages), first = {"", 0};
        str_split(&rest, '\n', &first);
        finding_add(findings, SEVERITY_ERROR, (struct place){file, 0, 0}, "ini.library", "text",
                    arena_copy(arena, first.p, first.n), NULL);
        result = RESULT_INPUT;
    } else {
        int line = take_values(ini, d, arena);
        if (line) {
            finding_add(findings, SEVERITY_ERROR, (struct place){file, line, 0}, "ini.disagree", NULL);
            result = RESULT_INPUT;
        }
        iniparser_freedict(d);
    }
    buf_free(&messages);
    return result;
}

enum result ini_parse(struct ini **out, struct arena *arena, const char *file, struct str text,
                      struct findings *findings) {
    size_t errors = 0;
    *out = ini_first_pass(arena, file, text, findings, &errors);
    if (errors > 0 || !*out) {
        return RESULT_INPUT;
    }
    return second_pass(*out, arena, file, ini_without_bom(text), findings);
}

enum result ini_read(struct ini **out, struct arena *arena, const char *path, struct str *text,
                     struct findings *findings) {
    struct str content;
    *out = NULL;
    if (text) {
        *text = str_of("");
    }
    enum result result = file_read(&content, arena, path, INI_FILE_MAX, findings);
    if (result != RESULT_OK) {
        return result;
    }
    if (text) {
        *text = content;
    }
    return ini_parse(out, arena, path, content, findings);
}

/* The first pass reads the same values as iniparser, or the text would not have been accepted. */
const struct ini *ini_parse_known(struct arena *arena, struct str text) {
    size_t errors = 0;
    return ini_first_pass(arena, "", text, NULL, &errors);
}

const struct ini_section *ini_find_section(const struct ini *ini, const char *section) {
    for (size_t i = 0; i < ini->n_sections; i++) {
        if (strcmp(ini->sections[i].name, section) == 0) {
            return &ini->sections[i];
        }
    }
    return NULL;
}

const struct ini_key *ini_find(const struct ini *ini, const char *section, const char *key) {
    const struct ini_section *s = ini_find_section(ini, section);
    for (size_t i = 0; s && i < s->n_keys; i++) {
        if (strcmp(s->keys[i].name, key) == 0) {
            return &s->keys[i];
        }
    }
    return NULL;
}
