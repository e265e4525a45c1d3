/* Handlers of the pages that set up an assessment; one file each. */
#ifndef READINESS_WEB_SETUP_PAGES_H
#define READINESS_WEB_SETUP_PAGES_H

#include "web/workspace/desk.h"

/* assessments.c: the list, where a practitioner's work begins. */
void assessments_show(struct desk *d);
/* assessment_new.c */
void assessment_new_show(struct desk *d);
void assessment_new_handle(struct desk *d);
/* assessment.c: one assessment at a glance, and what is still to do. */
void assessment_show(struct desk *d);
/* assessment_settings.c */
void settings_show(struct desk *d);
void settings_handle(struct desk *d);
void settings_archive(struct desk *d);
void settings_restore(struct desk *d);
/* assessment_delete.c */
void settings_show_delete(struct desk *d);
void settings_delete(struct desk *d);
/* assessment_sharing.c: practitioners who work on it too, and reports for others. */
void sharing_show(struct desk *d);
void sharing_handle(struct desk *d);
/* organisations.c, organisation.c */
void organisations_show(struct desk *d);
void organisation_show_new(struct desk *d);
void organisation_add(struct desk *d);
void organisation_show(struct desk *d);
void organisation_handle(struct desk *d);
void organisation_remove(struct desk *d);
/* people.c, person.c */
void people_show(struct desk *d);
void person_show_new(struct desk *d);
void person_add(struct desk *d);
void person_show(struct desk *d);
void person_handle(struct desk *d);
void person_export(struct desk *d);
void person_show_remove(struct desk *d);
void person_remove(struct desk *d);
/* roster_import.c: organisations_import.c and people_import.c in one, for they differ in their fields only. */
void organisations_import_show(struct desk *d);
void organisations_import_handle(struct desk *d);
void people_import_show(struct desk *d);
void people_import_handle(struct desk *d);
/* waves.c, wave_open.c, wave_close.c, wave_sheet.c, wave_lock.c, wave_extend.c, wave_adopt.c */
void waves_show(struct desk *d);
void wave_open_show(struct desk *d);
void wave_open_handle(struct desk *d);
void wave_close_show(struct desk *d);
void wave_close_handle(struct desk *d);
void wave_extend_show(struct desk *d);
void wave_extend_handle(struct desk *d);
void wave_sheet_show(struct desk *d);
void wave_lock_show(struct desk *d);
void wave_lock_handle(struct desk *d);
void wave_adopt_show(struct desk *d);
void wave_adopt_handle(struct desk *d);
/* Above an open wave: its instrument's file is another one by now, or cannot be read. Nothing when it is the same. */
void wave_adopt_write_notice(struct desk *d, const struct wave *w);

#endif
