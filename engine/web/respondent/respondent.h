/* The respondent's pages. One page is one file; a handler of the route table is named after its file. What the pages
 * share is in screen.h (the frame around every page) and interview.h (one person in front of one form). */
#ifndef READINESS_WEB_RESPONDENT_H
#define READINESS_WEB_RESPONDENT_H

#include "web/server/request.h"

/* home.c: the front door, for whoever has a code instead of a link. */
void home_show(struct request *r);
void home_show_without_link(struct request *r); /* /s opened as an address */
void code_handle(struct request *r);

/* start.c: what a link shows: what is asked, how long it takes, who can see it. */
void start_show(struct request *r);

/* preview.c: the same for `readiness preview`. */
void start_show_preview(struct request *r);

/* turn.c: everything that is posted while answering. */
void turn_handle(struct request *r);

/* resume.c: going on with a resume code. */
void resume_show(struct request *r);
void resume_handle(struct request *r);

/* privacy.c: what is kept and what is not, for whoever wants to know before following a link. */
void privacy_show(struct request *r);

/* asset.c */
void asset_serve(struct request *r);
void asset_serve_no_icon(struct request *r);

/* notice.c: requests that reach no page (400, 403, 404, 405, 413, 415, 429, 500, 503). */
void notice_show_refusal(struct request *r, int status);
/* 503 while somebody answers: what was sent is still in the page, and a button sends it again. */
void notice_show_busy(struct request *r);

#endif
