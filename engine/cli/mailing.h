/* What the commands that send mail share. */
#ifndef READINESS_CLI_MAILING_H
#define READINESS_CLI_MAILING_H

#include "cli/cli.h"
#include "mail/mailer.h"

/* Checks the mail settings and loads the mails' texts; cli_mail_close frees them. In a serving process the tools are
 * the mailer's. RESULT_INPUT with findings when mail is not set up. */
struct mail_desk {
    struct mailer_tools tools;
    struct templates *own; /* to be freed */
};
enum result cli_mail_open(struct cli *cli, struct mail_desk *out) MUST_CHECK;
void cli_mail_close(struct mail_desk *desk);

/* Sends a running mailing, or watches the serving process do it, with progress; then says what came of it and lists who
 * was refused. RESULT_MACHINE when it paused before its end. */
enum result cli_mail_send(struct cli *cli, const struct mail_desk *desk, struct id mailing) MUST_CHECK;

/* Lists whom it did not reach, or may not have reached, with the server's sentence. */
enum result cli_mail_problems(struct cli *cli, struct id mailing) MUST_CHECK;

/* The mail for a made-up person of the assessment, as mailer_write_sample gives it; `wave` may be NULL. */
enum result cli_mail_sample(struct cli *cli, const struct mail_desk *desk, const struct assessment *a,
                            const struct wave *wave, const struct mailing *m, const char *language, const char *to,
                            struct mail_message *out) MUST_CHECK;

#endif
