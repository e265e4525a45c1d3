/* What the pages that set up an assessment share: its state in numbers, small pieces of pages, the instruments to
 * choose from. For these pages only. */
#ifndef READINESS_WEB_SETUP_H
#define READINESS_WEB_SETUP_H

#include "instrument/instrument.h"
#include "store/counts.h"
#include "web/workspace/desk.h"

enum { SETUP_WRONG = 422 /* the status of a form that comes back with what is wrong */ };

/* "/assessments/north/waves/open" */
#define setup_path(d, ...) desk_path((d), "assessments", (d)->assessment.name, __VA_ARGS__, NULL)

/* How far an assessment is. */
struct setup_state {
    size_t organisations, people, n_waves;
    struct wave *waves;      /* in their order */
    const struct wave *open; /* the open one, or NULL */
    const struct wave *last; /* the newest, or NULL */
    bool is_destroyed;       /* the last wave closed with too few answers: there is nothing to see of it */
    bool has_results;        /* some closed wave has results */
    bool has_counts;
    struct wave_counts counts; /* of the open wave, else of the last; what may be told of them */
};
/* False when the store failed; the page for that is then written. */
bool setup_read(struct desk *d, const struct assessment *a, struct setup_state *out);
/* "12 of 60 (20 %)", "12", "fewer than 5": the totals as they may be told (store/counts.h). */
const char *setup_answered(struct desk *d, const struct wave_counts *c);
/* The same without the remark on whom it leaves out, for a cell of numbers; and that remark, or NULL. */
const char *setup_answered_short(struct desk *d, const struct wave_counts *c);
const char *setup_answered_remark(struct desk *d, const struct wave_counts *c);
/* "31 January 2027 (America/Toronto)" */
const char *setup_until(struct desk *d, const struct wave *w);

/* Two people, or two windows, at the same form: it carries the fingerprint of what it began from (hidden field
 * "began"), made of these texts, which end with NULL. setup_take_began says, as a finding, when what is stored is
 * another thing by now; a form without the field was not made by these pages and is taken as it is. */
const char *setup_print(struct desk *d, const char *first, ...) __attribute__((sentinel));
void setup_hide_began(struct desk *d, const char *print);
bool setup_take_began(struct desk *d, const char *print);
/* What retention has removed, said where it would be missed: of the roster; of the answers of these waves. */
void setup_write_gone(struct desk *d, const struct setup_state *s, bool responses);

/* desk_open with the style of these pages. */
void setup_open(struct desk *d, int status, const char *title, enum desk_tab tab);
/* The wave of the path's {wave}: its number, as our links have it, or its label. False when there is none, with the
 * page written. */
bool setup_wave(struct desk *d, struct wave *out);
/* The same without a page: RESULT_INPUT when there is none. */
enum result setup_find_wave(struct desk *d, struct wave *out) MUST_CHECK;
/* Is the last day good (collect/plan.h)? What is wrong is said at the field "until". */
void setup_check_until(struct desk *d, const char *until, const char *timezone);
/* Closes an open wave: collect's part, the line of the audit log, the published groups, and word of it to the addresses
 * that want it. `sheet`: the recovery sheet's figures, or "". */
struct closing;
enum result setup_close_wave(struct desk *d, const struct wave *w, const char *sheet, struct closing *out) MUST_CHECK;
/* The same if it is open; a wave that is not sends back to the list of waves. */
bool setup_open_wave(struct desk *d, struct wave *out);
/* Ids in addresses. */
const char *setup_hex(struct desk *d, struct id id);
bool setup_read_id(const char *hex, struct id *out);

/* Pieces of pages. A list of facts: open, facts, close. */
void setup_facts_open(struct desk *d);
void setup_fact(struct desk *d, const char *label_key, const char *text);
void setup_fact_text(struct desk *d, const char *label, const char *text); /* the label is a text already */
void setup_facts_close(struct desk *d);
/* By name, as people count and spell: for lists to choose from. */
void setup_sort_organisations(struct organisation *list, size_t n);
void setup_paragraph(struct desk *d, const char *text);
void setup_buttons_open(struct desk *d);
void setup_buttons_close(struct desk *d);
/* A link among buttons that goes back without doing anything. */
void setup_cancel(struct desk *d, const char *path);
/* A text field whose label and hint are already texts; `lang` (may be NULL) is what is typed into it. */
void setup_field(struct desk *d, const char *name, const char *label, const char *hint, const char *value, size_t max,
                 const char *lang);
/* Where the figures of a recovery sheet are pasted or typed: "sheet" (wave_lock.c). */
enum { SHEET_MAX = 4000 };
void setup_sheet_field(struct desk *d, const char *hint_key);
/* A time zone of the list that this machine knows. */
void setup_field_timezone(struct desk *d, const char *name, const char *value);
/* Choices "" (the instrument's own) and each language of the instrument. */
void setup_field_language(struct desk *d, const char *name, const char *value);

/* The instruments of the surveys folder (setup_shelf.c). */
struct setup_instrument {
    const char *name;                    /* of the file, without .ini */
    const char *path;                    /* absolute */
    const struct instrument *instrument; /* a reference; NULL when the file has errors */
    const char *missing;                 /* a translation's: the file it belongs to, which is not there; else NULL */
};
/* All of them by name; give every reference back with setup_release. */
size_t setup_shelf(struct desk *d, struct setup_instrument **out);
void setup_release(const struct setup_instrument *list, size_t n);
/* One of them; false when there is none or it has errors. */
bool setup_find_instrument(struct desk *d, const char *name, struct setup_instrument *out);
/* The instrument of the assessment as it stands on disk, a reference; NULL when it cannot be loaded. */
const struct instrument *setup_load_instrument(struct desk *d);
/* The same to ask people with it: not while somebody is writing the file, which is then said (desk_has_errors). */
const struct instrument *setup_pin_instrument(struct desk *d);
/* Its title in the person's language, its placeholders filled in. */
const char *setup_instrument_title(struct desk *d, const struct instrument *i);
/* "English, French (98 %)" */
const char *setup_coverage(struct desk *d, const struct instrument *i);

/* The fields that creating and changing share (setup_fields.c): title, what is put into practice in each language,
 * languages, time zone; mode and minimum group while they may be chosen. */
struct setup_form {
    const struct instrument *instrument; /* may be NULL: then no placeholders and languages */
    struct assessment assessment;
    struct placeholder_value *values;
    size_t n_values;
    bool may_choose_mode;
};
void setup_write_fields(struct desk *d, const struct setup_form *form);
/* Reads what was posted into the form; what is wrong is said (desk_has_errors). */
void setup_take_fields(struct desk *d, struct setup_form *form);

#endif
