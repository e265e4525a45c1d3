/* One person in front of one form: what a request of theirs brings along and what a page needs to be shown.
 *
 * Nothing of it lives on the server between two requests. Each page carries the token, and earlier answers are either
 * in the draft (when the browser keeps the draft's secret) or in hidden fields of the page. */
#ifndef READINESS_WEB_INTERVIEW_H
#define READINESS_WEB_INTERVIEW_H

#include "web/respondent/screen.h"

/* Names of our own fields begin with a point, which no item or question may have. */
#define FIELD_TOKEN ".t"    /* the sitting's token */
#define FIELD_LANGUAGE ".l" /* of the page */
#define FIELD_PAGE ".p"     /* index of the page that is posted */
#define FIELD_BLOCKS ".b"   /* indexes of the blocks that this page showed */
#define FIELD_ASKED ".a"    /* indexes of the pages that have asked once for what was left open */
#define FIELD_SECRET ".k"   /* the draft's secret, when the browser holds it: another tab may remove the cookie */
#define FIELD_STEP ".s"     /* which button */
#define FIELD_CODE ".c"     /* a code that was typed */
#define FIELD_KIOSK ".n"    /* on a shared device, for the next person: when this page was made */

enum { INDEXES_MAX = 1000 }; /* bytes of a list of indexes */

struct interview {
    struct request *request;
    struct screen screen;
    struct sitting sitting;
    const char *link; /* of an open link: the token without this sitting's part, for the next person; else NULL */
    bool kiosk;       /* an open link on a shared device: nothing is kept in the browser, and it returns to the start */
    size_t language;  /* index into the instrument's languages */
    const char **names, **values; /* what the assessment fills in for ${name}, in this language */
    size_t n_values;
    struct answers *answers;
    int page;                            /* index of the page to show */
    const char *blocks;                  /* FIELD_BLOCKS as posted, NULL when absent */
    const char *asked;                   /* "2,5" */
    const char *secret;                  /* of the draft in which the answers are, NULL when they travel in the page */
    bool again;                          /* the answers come from a draft: say so on the page */
    void (*after)(struct interview *iv); /* what to do once the draft is saved */
    char resume_code[RESUME_CODE_SIZE + 1];
    char found_secret[SITTING_SECRET_SIZE + 1];
    const char *typed_code;
    bool made; /* the resume code is there */
};

/* Finds the sitting for a token or code, and the language. When there is nothing to answer (unknown, closed, answered),
 * the reply is the page that says so, and NULL comes back. The sitting ends with the request. */
struct interview *interview_find(struct request *r, struct str token);
/* The same for a preview of the form for one audience; NULL when the file of `readiness preview` has mistakes, which
 * the reply shows then. */
struct interview *interview_preview(struct request *r, enum audience audience);
/* preview.c: a reference to what is previewed, as its file is at this moment; NULL as above. */
const struct instrument *preview_take(struct request *r);
/* A text of the instrument in the page's language, placeholders filled in. */
const char *interview_text(struct interview *iv, const struct text *text);
/* Writes it, between tags; `interview_text_language` writes the lang attribute of its element if the text fell back. */
void interview_say(struct interview *iv, const struct text *text);
void interview_text_language(struct interview *iv, const struct text *text);

/* Answers from the draft, then what was posted on top of it. */
void interview_read(struct interview *iv);
/* kiosk.c. Is this a shared device? Then whatever the browser holds of a draft is forgotten. */
void kiosk_find(struct interview *iv);
/* Tells the browser that this sitting goes on now; that it is over, unless another one goes on by now: at the start
 * page none does. */
void kiosk_begin(struct interview *iv);
void kiosk_end(struct interview *iv);
/* Does this page belong to a sitting that is over, as far as the browser tells? */
bool kiosk_is_another(const struct interview *iv);
/* Was this page left alone for so long that somebody else may be sitting there now? */
bool kiosk_is_over(const struct interview *iv);
/* The browser returns to the start by itself after so many seconds. */
enum { KIOSK_IDLE = 300, KIOSK_THANKS = 15 };
void kiosk_return(struct interview *iv, int seconds);
const char *kiosk_path(struct interview *iv);
void kiosk_leave(struct interview *iv); /* a redirection to the start */
/* The way out on every page of a sitting. */
void kiosk_write_way_out(struct interview *iv);

/* Adds the draft under `iv->secret`; true when there was one, with iv->page where it stopped. The second looks for the
 * one whose key the browser presented, when somebody comes back by their link; for an open link that is another
 * sitting, which then takes the place of this one. */
bool interview_load_draft(struct interview *iv);
bool interview_come_back(struct interview *iv);
/* Asks the browser to keep what opens the draft. */
void interview_keep_cookie(struct interview *iv);
/* Saves the draft, if this browser has one, then calls `after`. If it cannot be saved, the answers travel in the page.
 */
void interview_save(struct interview *iv, void (*after)(struct interview *iv));

/* The first shown page after (before) `page`, or -1. */
int interview_next_page(const struct interview *iv, int page);
int interview_previous_page(const struct interview *iv, int page);
/* Counting for "Page 3 of 7": shown pages up to this one; and all that are or may still be shown, so that the total
 * never grows while nobody goes back. */
int interview_page_number(const struct interview *iv, int page);
int interview_page_total(const struct interview *iv, int page);
/* Number of fields of the form's audience. */
size_t interview_field_count(const struct instrument *instrument, enum audience audience);
/* Has the form a free text for this audience? */
bool interview_has_texts(const struct interview *iv);
/* Is `index` in a list like "2,5"? */
bool index_listed(const char *list, int index);

/* The form that sends to the next page; in a preview inside the workspace, to a page of that preview. `checked_here`:
 * the browser is not to check what is typed. */
void interview_open_form(struct interview *iv, bool checked_here);
/* Where a preview's form for an audience begins. */
const char *interview_preview_path(struct interview *iv, enum audience audience);
/* The hidden fields of a form. The second also writes all answers that are not on the page `except` (-1: all answers),
 * unless they are safe in the draft; invalid ones always, since a draft keeps only what is valid. */
void interview_hide(struct interview *iv);
void interview_hide_answers(struct interview *iv, int except, bool even_if_in_draft);
void interview_hide_value(struct interview *iv, const char *name, const char *value);

/* The frame with the interview's own foot: who can see my answers? */
void interview_open(struct interview *iv, int status, const char *title);
void interview_close(struct interview *iv);

/* Pages that follow from one another. */
struct problems;
void page_show(struct interview *iv);                                     /* page.c */
void page_show_problems(struct interview *iv, const struct problems *p);  /* page.c */
void page_show_notice(struct interview *iv, const char *key);             /* page.c: with a sentence on top */
void start_show_for(struct interview *iv, bool has_draft);                /* start.c */
void saved_show(struct interview *iv);                                    /* saved.c: the page with the resume code */
void send_answers(struct interview *iv);                                  /* send.c */
void resume_show_for(struct interview *iv, const char *error_key);        /* resume.c */
void thanks_show(struct request *r, struct interview *iv, bool just_now); /* thanks.c */
void unknown_show(struct request *r);                                     /* notice.c: no such link */
void closed_show(struct request *r, const struct sitting *sitting);       /* notice.c */
void trouble_show(struct interview *iv); /* send.c: not stored; everything still here */

/* promise.c: who can see what, from what really applies to this wave. As a list, in the words' language. */
void promise_write(struct interview *iv);

#endif
