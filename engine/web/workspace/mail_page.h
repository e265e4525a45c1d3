/* What the pages about mails share. */
#ifndef READINESS_WEB_MAIL_PAGE_H
#define READINESS_WEB_MAIL_PAGE_H

#include "mail/mailer.h"
#include "web/workspace/reach.h"

/* A mailing as it is being put together on the page, or as it was posted. */
struct draft_mailing {
    struct mailing mailing;
    const char *kind; /* "invitations", "reminders", "everyone" */
};

/* Reads what was posted; findings say what is wrong with it. */
void mail_page_read(struct desk *d, const struct wave *wave, struct draft_mailing *out);

/* Shows what will be sent, to how many, in each language, with real values of a made-up person; the button that sends.
 */
void mail_page_preview(struct desk *d, const struct wave *wave, const struct draft_mailing *m, const char *notice_key);
/* Sends the sample in the language of the account to the person who is signed in. Findings say what went wrong. */
bool mail_page_test(struct desk *d, const struct wave *wave, const struct draft_mailing *m);

/* How many it would go to now; -1 when the number is not told, because it would tell about few people. */
bool mail_page_count(struct desk *d, const struct wave *wave, const struct draft_mailing *m, int *n);

/* "0123abcd...": an id in an address or a hidden field. */
const char *mail_page_id(struct desk *d, struct id id);
bool mail_page_parse_id(const char *text, struct id *out);

/* A mailing in words: "Invitations", "Reminder to those who have not answered". */
const char *mail_page_kind(struct desk *d, const struct mailing *m);

#endif
