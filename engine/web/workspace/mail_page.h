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

/* Shows what will be sent, to how many, in each language as somebody gets it (mail_sample.c); the button that sends. */
void mail_page_preview(struct desk *d, const struct wave *wave, const struct draft_mailing *m, const char *notice_key);
/* Sends the sample in the language of the account to the person who is signed in. Findings say what went wrong. */
bool mail_page_test(struct desk *d, const struct wave *wave, const struct draft_mailing *m);

/* mail_sample.c: one recipient for each language that people are written to in, of the organisation that was chosen
 * ("" any). Who it is says nothing about answers: of reminders it is the first who can be written to, answered or not.
 */
enum { SAMPLES_MAX = 12 };
struct samples {
    struct link *of[SAMPLES_MAX];
    const char *languages[SAMPLES_MAX];
    size_t n;
    const char *organisation;      /* as chosen */
    struct organisation **choices; /* those that have recipients */
    size_t n_choices;
    struct organisation *organisations;
    size_t n_organisations;
    struct sitting sitting; /* for the wave's instrument */
};
/* False when there is nobody, or the store failed, with the page written. End the sitting afterwards. */
bool mail_sample_find(struct desk *d, const struct wave *wave, const struct draft_mailing *m, struct samples *out);
/* Their mails, with the personal links masked. */
void mail_sample_show(struct desk *d, const struct draft_mailing *m, const struct samples *s);
/* Where there are no people yet: the standard invitation to a made-up person, marked as an example. `wave` may be NULL.
 */
void mail_sample_example(struct desk *d, const struct wave *wave);

/* mailing_people.c: everyone a mailing goes to with what became of it; only that there is no such list where it would
 * tell who has not answered (store/mailings.h). */
void mailing_write_people(struct desk *d, const struct mailing *m);
/* The mailing of the path and its wave, if it is one of this assessment's; else false, with the page written. */
bool mailing_find(struct desk *d, struct mailing *m, struct wave *wave);

/* How many it would go to now; -1 when the number is not told, because it would tell about few people. */
bool mail_page_count(struct desk *d, const struct wave *wave, const struct draft_mailing *m, int *n);

/* What the mail server said, or in our words why it said nothing. */
const char *mail_page_sentence(struct desk *d, const char *sentence);

/* "0123abcd...": an id in an address or a hidden field. */
const char *mail_page_id(struct desk *d, struct id id);
bool mail_page_parse_id(const char *text, struct id *out);

/* A mailing in words: "Invitations", "Reminder to those who have not answered". */
const char *mail_page_kind(struct desk *d, const struct mailing *m);

#endif
