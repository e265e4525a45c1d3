/* The doctor on what people reach: the address, mail, instruments, languages. */
#include <dirent.h>
#include <string.h>

#include "base/embedded.h"
#include "base/ini.h"
#include "cli/doctor.h"
#include "instrument/library.h"
#include "mail/mail.h"

static bool begins(const char *s, const char *with) {
    return strncmp(s, with, strlen(with)) == 0;
}

static bool is_here(const char *listen) {
    return begins(listen, "127.") || begins(listen, "localhost:") || begins(listen, "[::1]:");
}

static void look_at_address(struct doctor *d) {
    const struct settings *s = d->cli->settings;
    if (begins(s->public_url, "https://")) {
        TELL(d, HEALTH_OK, "address", "url", s->public_url);
        TELL(d, HEALTH_NOTE, "proxy_logs");
    } else if (s->public_url[0]) {
        TELL(d, HEALTH_WRONG, "address_plain", "url", s->public_url);
    } else if (is_here(s->listen)) {
        TELL(d, HEALTH_ATTENTION, "address_here", "listen", s->listen);
    } else {
        TELL(d, HEALTH_WRONG, "address_open", "listen", s->listen);
    }
}

static void try_mail(struct doctor *d) {
    const char *sentence;
    const struct cli *cli = d->cli;
    if (mail_reach(&cli->settings->mail, cli->arena, &sentence) == MAIL_ACCEPTED)
        TELL(d, HEALTH_OK, "mail_reached", "server", cli->settings->mail.server);
    else
        TELL(d, HEALTH_WRONG, "mail_not_reached", "server", cli->settings->mail.server, "sentence",
             mail_words(cli->texts, cli->language, sentence));
}

static void look_at_mail(struct doctor *d) {
    struct findings *own = findings_new();
    const struct mail_settings *mail = &d->cli->settings->mail;
    if (!mail->server[0])
        TELL(d, HEALTH_ATTENTION, "mail_none");
    else if (mail_check(mail, own) != RESULT_OK)
        doctor_add_findings(d, HEALTH_WRONG, own);
    else if (cli_option(d->cli, "mail"))
        try_mail(d);
    else
        TELL(d, HEALTH_OK, "mail", "server", mail->server);
    findings_free(own);
}

/* A translation has a second dot in its name; it is read with its instrument. */
static bool is_instrument(const char *name) {
    const char *dot = strchr(name, '.');
    return dot && dot != name && strcmp(dot, ".ini") == 0;
}

static void look_at_instruments(struct doctor *d) {
    struct cli *cli = d->cli;
    DIR *folder = opendir(cli->settings->surveys);
    size_t n = 0, bad = 0;
    for (const struct dirent *e; folder && (e = readdir(folder));) {
        const struct instrument *instrument = NULL;
        struct findings *own = findings_new();
        if (is_instrument(e->d_name)) {
            const char *path = arena_printf(cli->arena, "%s/%s", cli->settings->surveys, e->d_name);
            n++;
            if (library_load(NULL, &instrument, path, LIBRARY_LOOK, own) != RESULT_OK) {
                bad++;
                TELL(d, HEALTH_WRONG, "instrument_bad", "file", path, "n",
                     arena_printf(cli->arena, "%zu", findings_count(own, SEVERITY_ERROR)));
            }
            instrument_release(instrument);
        }
        findings_free(own);
    }
    if (folder)
        closedir(folder);
    if (!folder)
        TELL(d, HEALTH_WRONG, "instruments_missing", "folder", cli->settings->surveys);
    else if (n == 0)
        TELL(d, HEALTH_ATTENTION, "instruments_none", "folder", cli->settings->surveys);
    else if (!bad)
        TELL(d, HEALTH_OK, "instruments", "n", arena_printf(cli->arena, "%zu", n));
}

/* How much of what English says a language says too; forms of plurals and of words are its own affair. */
struct coverage {
    size_t all, own, respondents_missing;
};

static bool is_form(const char *key) {
    static const char *const endings[] = {".zero", ".one", ".two", ".few", ".many", ".other"};
    const size_t n = strlen(key);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (n > strlen(endings[i]) && strcmp(key + n - strlen(endings[i]), endings[i]) == 0)
            return true;
    return false;
}

static void count_file(const struct doctor *d, const struct ini *ini, const char *language, struct coverage *c) {
    for (size_t s = 0; s < ini->n_sections; s++) {
        const struct ini_section *section = &ini->sections[s];
        for (size_t k = 0; k < section->n_keys && strcmp(section->name, "term") != 0; k++) {
            const char *key = arena_printf(d->cli->arena, "%s.%s", section->name, section->keys[k].name);
            if (is_form(key))
                continue;
            c->all++;
            if (texts_own(d->cli->texts, language, key))
                c->own++;
            else if (strcmp(section->name, "web") == 0)
                c->respondents_missing++;
        }
    }
}

static struct coverage count_language(const struct doctor *d, const char *language) {
    struct coverage c = {0, 0, 0};
    for (size_t i = 0; i < embedded_count; i++) {
        const struct embedded_file *f = &embedded_files[i];
        struct ini *ini;
        if (begins(f->path, "config/texts/en/") &&
            ini_parse(&ini, d->cli->arena, f->path, (struct str){f->begin, (size_t)(f->end - f->begin)}, NULL) ==
                RESULT_OK)
            count_file(d, ini, language, &c);
    }
    return c;
}

static void look_at_languages(struct doctor *d) {
    const char *const *languages;
    const char *list = "";
    const size_t n = texts_languages(d->cli->texts, &languages);
    for (size_t i = 0; i < n; i++) {
        const struct coverage c = count_language(d, languages[i]);
        const int percent = c.all ? (int)(c.own * 100 / c.all) : 100;
        list = arena_printf(d->cli->arena, "%s%s%s %d", list, i ? ", " : "", languages[i], percent);
        if (c.respondents_missing)
            TELL(d, HEALTH_ATTENTION, "language_partial", "language", languages[i], "n",
                 arena_printf(d->cli->arena, "%zu", c.respondents_missing));
    }
    TELL(d, HEALTH_OK, "languages", "list", list);
}

void doctor_look_at_reach(struct doctor *d) {
    look_at_address(d);
    look_at_mail(d);
    look_at_instruments(d);
    look_at_languages(d);
}
