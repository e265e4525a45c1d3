/* Handlers of the pages that show results and instruments; each file's comment says what its pages are for. */
#ifndef READINESS_WEB_SEE_PAGES_H
#define READINESS_WEB_SEE_PAGES_H

#include "web/workspace/desk.h"

/* reports.c: waves, all organisations, one organisation; and what may be downloaded of them. */
void reports_show(struct desk *d);
void reports_show_wave(struct desk *d);
void reports_handle_wave(struct desk *d);
void reports_show_organisation(struct desk *d);
void reports_handle_organisation(struct desk *d);
/* data_page.c: every answer of a wave, for analysis. */
void data_show(struct desk *d);
void data_handle(struct desk *d);
/* job_page.c: something that is being made, and then the file. */
void job_show(struct desk *d);
void job_tell(struct desk *d); /* its progress as data, for watch.js */
void job_download(struct desk *d);
/* shared.c: reports for viewers and for whoever holds a link. */
void shared_list(struct desk *d);
void shared_show(struct desk *d);
void shared_download(struct desk *d); /* its workbook */
/* instruments.c, instrument.c, instrument_preview.c */
void instruments_show(struct desk *d);
void instrument_show(struct desk *d);
void instrument_preview_show(struct desk *d);
void instrument_preview_form(struct desk *d);   /* a page of the form itself, in a frame or not */
void instrument_preview_handle(struct desk *d); /* the same after a button of it */
/* instrument_import.c: from another system's file */
void instrument_import_show(struct desk *d);
void instrument_import_handle(struct desk *d);

#endif
