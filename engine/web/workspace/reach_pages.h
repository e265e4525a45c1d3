/* Handlers of the pages about reaching people; each file's comment says what its pages are for. */
#ifndef READINESS_WEB_REACH_PAGES_H
#define READINESS_WEB_REACH_PAGES_H

#include "web/workspace/desk.h"

/* links_page.c */
void links_show(struct desk *d);
void links_download_csv(struct desk *d);
void links_download_workbook(struct desk *d);
/* poster.c */
void poster_show(struct desk *d);
void posters_show(struct desk *d);
/* watch.c */
void watch_show(struct desk *d);
void watch_tell(struct desk *d); /* the same as data, for watch.js */
/* send.c: what is to be sent, with a preview and a test */
void send_show(struct desk *d);
void send_handle(struct desk *d);
/* mailing.c: one mailing under way */
void mailing_show(struct desk *d);
void mailing_handle(struct desk *d);
void mailing_tell(struct desk *d); /* its progress as data, for watch.js */
/* mailing_people.c: its outcomes person by person, as a file */
void mailing_download_outcomes(struct desk *d);
/* bounces.c */
void bounces_show(struct desk *d);
void bounces_handle(struct desk *d);
/* stop.c: for whoever got a mail; no signing in. */
void stop_show(struct request *r);
void stop_handle(struct request *r);

#endif
