/* Settings: config/readiness.ini, each overridable by READINESS_SECTION_KEY, with defaults that work on a laptop with
 * no file at all. The table in settings.c is the only list of them. */
#ifndef READINESS_CLI_SETTINGS_H
#define READINESS_CLI_SETTINGS_H

#include "base/arena.h"
#include "base/finding.h"
#include "base/result.h"
#include "mail/hooks.h"
#include "mail/mail.h"

struct settings {
    const char *listen, *public_url; /* public_url "" follows listen */
    const char *trusted_proxies;     /* "": none */
    int threads, connection_limit, idle_seconds, total_seconds;
    const char *db, *keys, *surveys, *texts; /* texts "" for the built-in ones only */
    const char *strategies;                  /* a folder with more lists and matrices than the built-in ones */
    struct mail_settings mail;
    struct hook_settings hooks;
    int mails_per_minute, mail_retry_seconds;
    const char *mail_texts; /* "" for the built-in ones only */
    const char *terms;      /* the deployment's own words (base/terms.h); "": config/terms.ini if it is there */
    const char *language;   /* of the command line; "" follows LANG */
    const char *log;        /* error, warning, info, debug */
};

/* `path` NULL: ./config/readiness.ini or /etc/readiness/readiness.ini if there is one, else none. */
enum result settings_load(struct settings *out, struct arena *arena, const char *path,
                          struct findings *findings) MUST_CHECK;

/* What a running server takes over from settings that were read anew: [server] total_seconds, [mail] per_minute,
 * [log] level. The others that differ are named to `waits`, as "server.listen": they count from the next start. */
void settings_take_over(struct settings *now, const struct settings *read,
                        void (*waits)(void *context, const char *setting), void *context);

#endif
