#include "cli/settings.h"

#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/ini.h"
#include "base/nearest.h"

struct setting {
    const char *section, *key;
    size_t offset;
    bool number;
    bool reloaded; /* a running server takes it over (settings_take_over) */
    long least, most;
    const char *standard;
};

#define TEXT(section, key, field, standard)                                                                            \
    { section, key, offsetof(struct settings, field), false, false, 0, 0, standard }
#define RELOADED_TEXT(section, key, field, standard)                                                                   \
    { section, key, offsetof(struct settings, field), false, true, 0, 0, standard }
#define NUMBER(section, key, field, least, most, standard)                                                             \
    { section, key, offsetof(struct settings, field), true, false, least, most, standard }
#define RELOADED_NUMBER(section, key, field, least, most, standard)                                                    \
    { section, key, offsetof(struct settings, field), true, true, least, most, standard }

static const struct setting table[] = {
    TEXT("server", "listen", listen, "127.0.0.1:8080"),
    TEXT("server", "public_url", public_url, ""),
    TEXT("server", "trusted_proxies", trusted_proxies, ""),
    NUMBER("server", "threads", threads, 1, 16, "2"),
    NUMBER("server", "connection_limit", connection_limit, 8, 60000, "4096"),
    NUMBER("server", "idle_seconds", idle_seconds, 1, 3600, "30"),
    RELOADED_NUMBER("server", "total_seconds", total_seconds, 1, 3600, "30"),
    TEXT("data", "db", db, "sqlite:var/readiness.db"),
    TEXT("data", "keys", keys, "var/keys"),
    TEXT("instruments", "folder", surveys, "surveys"),
    TEXT("strategies", "folder", strategies, "config/strategies"),
    TEXT("mail", "server", mail.server, ""),
    TEXT("mail", "security", mail.security, "starttls"),
    TEXT("mail", "ca_file", mail.ca_file, ""),
    TEXT("mail", "user", mail.user, ""),
    TEXT("mail", "password", mail.password, ""),
    TEXT("mail", "from", mail.from, ""),
    TEXT("mail", "from_name", mail.from_name, ""),
    TEXT("mail", "reply_to", mail.reply_to, ""),
    TEXT("mail", "texts", mail_texts, ""),
    RELOADED_NUMBER("mail", "per_minute", mails_per_minute, 1, 60000, "30"),
    NUMBER("mail", "timeout_seconds", mail.timeout_seconds, 1, 600, "60"),
    NUMBER("mail", "retry_seconds", mail_retry_seconds, 0, 3600, "60"),
    TEXT("hooks", "allowed", hooks.allowed, ""),
    TEXT("hooks", "ca_file", hooks.ca_file, ""),
    NUMBER("hooks", "retry_seconds", hooks.retry_seconds, 1, 3600, "30"),
    TEXT("texts", "folder", texts, ""),
    TEXT("texts", "language", language, ""),
    TEXT("texts", "terms", terms, ""),
    RELOADED_TEXT("log", "level", log, "info"),
};
static const char usual_terms[] = "config/terms.ini"; /* taken when it is there */
enum { N_SETTINGS = sizeof table / sizeof *table };

static enum result set(struct settings *out, const struct setting *s, const char *value, struct place place,
                       struct findings *findings, struct arena *arena) {
    char *field = (char *)out + s->offset;
    long number;
    if (!s->number) {
        *(const char **)(void *)field = value;
        return RESULT_OK;
    }
    if (!str_to_long(str_of(value), &number) || number < s->least || number > s->most) {
        finding_add(findings, SEVERITY_ERROR, place, "setting_not_a_number", "key", s->key, "value", value, "least",
                    arena_printf(arena, "%ld", s->least), "most", arena_printf(arena, "%ld", s->most), NULL);
        return RESULT_INPUT;
    }
    *(int *)(void *)field = (int)number;
    return RESULT_OK;
}

static const struct setting *find(const char *section, const char *key) {
    for (size_t i = 0; i < N_SETTINGS; i++)
        if (strcmp(table[i].section, section) == 0 && strcmp(table[i].key, key) == 0)
            return &table[i];
    return NULL;
}

static enum result unknown(const struct ini *ini, const struct ini_section *section, const struct ini_key *key,
                           struct findings *findings) {
    const char *names[N_SETTINGS];
    size_t n = 0;
    for (size_t i = 0; i < N_SETTINGS; i++)
        if (strcmp(table[i].section, section->name) == 0)
            names[n++] = table[i].key;
    const char *near = nearest_name(key->name, names, n);
    finding_add(findings, SEVERITY_ERROR, (struct place){ini->file, key->line, 0},
                near ? "setting_unknown_near" : "setting_unknown", "key", key->name, "section", section->name, "near",
                near, NULL);
    return RESULT_INPUT;
}

static enum result load_file(struct settings *out, struct arena *arena, const char *path, struct findings *findings) {
    struct ini *ini = NULL;
    enum result result = ini_read(&ini, arena, path, NULL, findings);
    for (size_t s = 0; ini && s < ini->n_sections; s++)
        for (size_t k = 0; k < ini->sections[s].n_keys; k++) {
            const struct ini_key *key = &ini->sections[s].keys[k];
            const struct setting *setting = find(ini->sections[s].name, key->name);
            enum result one =
                setting ? set(out, setting, key->value, (struct place){ini->file, key->line, 0}, findings, arena)
                        : unknown(ini, &ini->sections[s], key, findings);
            if (one != RESULT_OK)
                result = one;
        }
    return result;
}

static enum result load_environment(struct settings *out, struct arena *arena, struct findings *findings) {
    enum result result = RESULT_OK;
    for (size_t i = 0; i < N_SETTINGS; i++) {
        char *name = arena_printf(arena, "READINESS_%s_%s", table[i].section, table[i].key);
        for (char *p = name; *p; p++)
            *p = (char)toupper((unsigned char)*p);
        const char *value = getenv(name);
        if (value &&
            set(out, &table[i], arena_string(arena, value), (struct place){name, 0, 0}, findings, arena) != RESULT_OK)
            result = RESULT_INPUT;
    }
    return result;
}

enum result settings_load(struct settings *out, struct arena *arena, const char *path, struct findings *findings) {
    static const char *const usual[] = {"config/readiness.ini", "/etc/readiness/readiness.ini"};
    for (size_t i = 0; i < N_SETTINGS; i++)
        (void)!set(out, &table[i], table[i].standard, (struct place){NULL, 0, 0}, NULL, arena);
    for (size_t i = 0; !path && i < 2; i++)
        if (file_exists(usual[i]))
            path = usual[i];
    enum result result = path ? load_file(out, arena, path, findings) : RESULT_OK;
    enum result environment = load_environment(out, arena, findings);
    if (!out->terms[0] && file_exists(usual_terms))
        out->terms = usual_terms;
    return result == RESULT_OK ? environment : result;
}

static bool differs(const struct setting *s, const struct settings *a, const struct settings *b) {
    const void *x = (const char *)a + s->offset, *y = (const char *)b + s->offset;
    if (s->number)
        return *(const int *)x != *(const int *)y;
    return strcmp(*(const char *const *)x, *(const char *const *)y) != 0;
}

void settings_take_over(struct settings *now, const struct settings *read,
                        void (*waits)(void *context, const char *setting), void *context) {
    char name[64];
    for (size_t i = 0; i < N_SETTINGS; i++) {
        const struct setting *s = &table[i];
        if (s->reloaded) {
            memcpy((char *)now + s->offset, (const char *)read + s->offset, s->number ? sizeof(int) : sizeof(char *));
        } else if (differs(s, now, read)) {
            snprintf(name, sizeof name, "%s.%s", s->section, s->key);
            waits(context, name);
        }
    }
}
