#include "mail/templates.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/embedded.h"
#include "base/file.h"
#include "base/ini.h"
#include "base/nearest.h"
#include "base/texts.h"
#include "mail/inside.h"

enum { LANGUAGES_MAX = 40, PARAGRAPHS_MAX = 30, SOURCES = 2, NAMES_MAX = 16 };

struct language {
    const char *name;
    struct ini *files[SOURCES]; /* the folder's, then the built-in one; NULL where there is none */
};

struct templates {
    struct arena *arena;
    struct language of[LANGUAGES_MAX];
    const char *names[LANGUAGES_MAX];
    size_t n;
};

/* Every placeholder of a mail; the parts come last and may hold the others. */
static const char *const placeholders[] = {"name",     "title",   "innovation", "organisation", "sender",
                                           "minutes",  "until",   "k",          "link",         "opt_out",
                                           "greeting", "promise", "deadline",   "time",         "reason"};
enum { N_PLACEHOLDERS = sizeof placeholders / sizeof *placeholders, N_PARTS = 5, N_VALUES = N_PLACEHOLDERS - N_PARTS };

static void add(struct templates *t, const char *name, int source, struct ini *ini) {
    size_t i = 0;
    while (i < t->n && strcmp(t->names[i], name) != 0)
        i++;
    if (i == LANGUAGES_MAX)
        return;
    if (i == t->n)
        t->of[t->n].name = t->names[t->n] = arena_string(t->arena, name), t->n++;
    t->of[i].files[source] = ini;
}

static enum result load_built_in(struct templates *t, struct findings *findings) {
    enum result result = RESULT_OK;
    for (size_t i = 0; i < embedded_count; i++) {
        const struct embedded_file *f = &embedded_files[i];
        char language[16];
        struct ini *ini = NULL;
        if (sscanf(f->path, "config/mail/%15[a-zA-Z-].ini", language) != 1)
            continue;
        if (ini_parse(&ini, t->arena, f->path, (struct str){f->begin, (size_t)(f->end - f->begin)}, findings) !=
            RESULT_OK)
            result = RESULT_INPUT;
        if (ini)
            add(t, language, SOURCES - 1, ini);
    }
    return result;
}

static enum result load_folder(struct templates *t, const char *folder, struct findings *findings) {
    DIR *dir = opendir(folder);
    struct dirent *d;
    enum result result = RESULT_OK;
    if (!dir) {
        finding_add(findings, SEVERITY_ERROR, (struct place){folder, 0, 0}, "folder_missing", NULL);
        return RESULT_INPUT;
    }
    while ((d = readdir(dir))) {
        const char *dot = strrchr(d->d_name, '.');
        struct ini *ini = NULL;
        if (d->d_name[0] == '.' || !dot || strcmp(dot, ".ini") != 0 || dot - d->d_name > 15)
            continue;
        if (ini_read(&ini, t->arena, arena_printf(t->arena, "%s/%s", folder, d->d_name), NULL, findings) != RESULT_OK)
            result = RESULT_INPUT;
        if (ini)
            add(t, arena_copy(t->arena, d->d_name, (size_t)(dot - d->d_name)), 0, ini);
    }
    closedir(dir);
    return result;
}

enum result templates_load(struct templates **out, const char *folder, struct findings *findings) {
    struct templates *t = mem_alloc(sizeof *t);
    *t = (struct templates){.arena = arena_new()};
    add(t, "en", SOURCES - 1, NULL);
    enum result result = load_built_in(t, findings);
    if (folder && folder[0] && load_folder(t, folder, findings) != RESULT_OK)
        result = RESULT_INPUT;
    *out = t;
    return result;
}

void templates_put_terms(struct templates *t, const struct texts *texts) {
    for (size_t i = 0; i < t->n; i++)
        for (int source = 0; source < SOURCES; source++) {
            const struct ini *ini = t->of[i].files[source];
            for (size_t s = 0; ini && s < ini->n_sections; s++)
                for (size_t k = 0; k < ini->sections[s].n_keys; k++) {
                    struct ini_key *key = &ini->sections[s].keys[k];
                    key->value = texts_with_terms(texts, t->arena, t->names[i], key->value);
                }
        }
}

void templates_free(struct templates *t) {
    if (!t)
        return;
    arena_free(t->arena);
    free(t);
}

size_t templates_languages(const struct templates *t, const char *const **languages) {
    *languages = t->names;
    return t->n;
}

/* The language's own text, or NULL. A section of the folder's file stands for the whole section. */
static const char *own(const struct templates *t, const char *language, size_t n, const char *section,
                       const char *key) {
    for (size_t i = 0; i < t->n; i++) {
        if (strlen(t->names[i]) != n || strncmp(t->names[i], language, n) != 0)
            continue;
        for (int source = 0; source < SOURCES; source++) {
            const struct ini *ini = t->of[i].files[source];
            const struct ini_key *found = ini ? ini_find(ini, section, key) : NULL;
            if (found && (found->value[0] || strcmp(t->names[i], "en") == 0))
                return found->value;
            if (found) /* not translated yet, or empty in English too */
                return own(t, "en", 2, section, key);
            if (ini && ini_find_section(ini, section) && strcmp(section, "part") != 0)
                return NULL;
        }
    }
    return NULL;
}

/* The language of the texts for `kind`: the one asked for, its primary part, or English. */
static const char *language_for(const struct templates *t, struct arena *arena, const char *language,
                                const char *kind) {
    if (own(t, language, strlen(language), kind, "subject"))
        return language;
    size_t n = strcspn(language, "-");
    return own(t, language, n, kind, "subject") ? arena_copy(arena, language, n) : "en";
}

static const char *text(const struct templates *t, const char *language, const char *section, const char *key) {
    const char *found = own(t, language, strlen(language), section, key);
    if (!found)
        found = own(t, "en", 2, section, key);
    return found ? found : "";
}

/* The n-th paragraph of a kind, or NULL behind the last one. */
static const char *paragraph(const struct templates *t, const char *language, const char *kind, int n) {
    char key[16];
    snprintf(key, sizeof key, "body.%d", n);
    return n <= PARAGRAPHS_MAX ? own(t, language, strlen(language), kind, key) : NULL;
}

void mail_standard_text(const struct templates *t, struct arena *arena, const char *language, const char *kind,
                        const char **subject, const char **body) {
    struct buf b = BUF_INIT;
    const char *p;
    language = language_for(t, arena, language, kind);
    *subject = text(t, language, kind, "subject");
    for (int i = 1; (p = paragraph(t, language, kind, i)); i++)
        buf_printf(&b, "%s%s\n", i > 1 ? "\n" : "", p);
    *body = arena_copy(arena, b.p, b.n);
    buf_free(&b);
}

static const char *filled(struct arena *arena, const char *text_, const char *const *values, size_t n) {
    struct buf b = BUF_INIT;
    texts_substitute(&b, text_, placeholders, values, n);
    const char *out = arena_copy(arena, b.p, b.n);
    buf_free(&b);
    return out;
}

/* Fills paragraph by paragraph, so that a part that does not apply takes its paragraph along. */
static const char *filled_body(struct arena *arena, const char *body, const char *const *values) {
    struct buf out = BUF_INIT;
    struct str rest = str_of(body), line;
    bool blank = false;
    while (str_split(&rest, '\n', &line)) {
        line = str_trim(line);
        const char *full = filled(arena, arena_copy(arena, line.p, line.n), values, N_PLACEHOLDERS);
        if (str_trim(str_of(full)).n == 0) {
            blank = out.n > 0;
            continue;
        }
        buf_printf(&out, "%s%s\n", blank ? "\n" : "", full);
        blank = false;
    }
    const char *copy = arena_copy(arena, out.p, out.n);
    buf_free(&out);
    return copy;
}

const char *mail_compose(const struct templates *t, struct arena *arena, const char *language, const char *kind,
                         const char *own_subject, const char *own_body, const struct mail_facts *f,
                         const char **subject, const char **body) {
    const char *standard_subject, *standard_body;
    const char *values[N_PLACEHOLDERS] = {f->name,       f->title,
                                          f->innovation, f->organisation,
                                          f->sender,     arena_printf(arena, "%d", f->minutes),
                                          f->until,      arena_printf(arena, "%d", f->k),
                                          f->link,       f->opt_out};
    language = language_for(t, arena, language, kind);
    mail_standard_text(t, arena, language, kind, &standard_subject, &standard_body);
    const char *parts[N_PARTS] = {f->name[0] ? "greeting" : "greeting.none",
                                  f->confidential ? "promise.confidential" : "promise.anonymous",
                                  f->until[0] ? "deadline" : "deadline.none", f->minutes > 0 ? "time" : "time.none",
                                  f->everyone ? "reason.everyone" : "reason.unused"};
    for (size_t i = 0; i < N_PARTS; i++)
        values[N_VALUES + i] = filled(arena, text(t, language, "part", parts[i]), values, N_VALUES);
    *subject = filled(arena, own_subject[0] ? own_subject : standard_subject, values, N_PLACEHOLDERS);
    *body = filled_body(arena, own_body[0] ? own_body : standard_body, values);
    return language;
}

void mail_compose_test(const struct templates *t, struct arena *arena, const char *language, const char **subject,
                       const char **body) {
    static const char *const names[] = {"subject", "body"};
    const char *values[] = {*subject, *body}, *test_subject, *test_body;
    struct buf b = BUF_INIT;
    mail_standard_text(t, arena, language, "test", &test_subject, &test_body);
    texts_substitute(&b, test_subject, names, values, 2);
    *subject = arena_copy(arena, b.p, b.n);
    buf_clear(&b);
    texts_substitute(&b, test_body, names, values, 2);
    *body = arena_copy(arena, b.p, b.n);
    buf_free(&b);
}

static enum result wrong(struct findings *findings, const char *code, const char *value) {
    const char *near = nearest_name(value, placeholders, N_PLACEHOLDERS);
    finding_add(findings, SEVERITY_ERROR, (struct place){NULL, 0, 0}, code, "value", value, "near", near ? near : "",
                NULL);
    return RESULT_INPUT;
}

static enum result check_placeholders(const char *text_, struct findings *findings) {
    enum result result = RESULT_OK;
    for (const char *open = strchr(text_, '{'); open; open = strchr(open + 1, '{')) {
        char name[32];
        size_t n = strspn(open + 1, "abcdefghijklmnopqrstuvwxyz_"), i = 0;
        if (open[1 + n] != '}' || n == 0 || n >= sizeof name)
            continue; /* a brace that stands for itself */
        memcpy(name, open + 1, n);
        name[n] = '\0';
        while (i < N_PLACEHOLDERS && strcmp(placeholders[i], name) != 0)
            i++;
        if (i == N_PLACEHOLDERS)
            result = wrong(findings,
                           nearest_name(name, placeholders, N_PLACEHOLDERS) ? "mail_placeholder_near"
                                                                            : "mail_placeholder_unknown",
                           name);
    }
    return result;
}

enum result mail_check_text(const char *subject, const char *body, struct findings *findings) {
    enum result result = RESULT_OK;
    if (subject[0] && (!utf8_is_line(str_of(subject)) || utf8_length(str_of(subject)) > MAIL_SUBJECT_MAX))
        result = wrong(findings, "mail_subject_not_accepted", subject);
    if (check_placeholders(subject, findings) != RESULT_OK)
        result = RESULT_INPUT;
    if (!body[0])
        return result;
    if (!utf8_valid(str_of(body)) || strlen(body) > MAIL_BODY_MAX)
        return wrong(findings, "mail_body_too_long", "");
    for (const char *p = body; *p; p++)
        if ((unsigned char)*p < 32 && !strchr("\n\r\t", *p)) {
            result = wrong(findings, "mail_body_control", "");
            break;
        }
    if (!strstr(body, "{link}"))
        result = wrong(findings, "mail_without_link", "");
    if (!strstr(body, "{opt_out}"))
        result = wrong(findings, "mail_without_opt_out", "");
    if (check_placeholders(body, findings) != RESULT_OK)
        result = RESULT_INPUT;
    return result;
}
