/* A desk: one person, mostly signed in, in front of one page of the workspace. What every such page begins and ends
 * with.
 *
 * Pages of the workspace run on worker threads of their own, with the connection suspended, so a handler may read and
 * write the store, hash passwords and make reports as it needs; it never runs on the event loop. Before a handler is
 * called, the router (workspace/gate.c) has found the session, checked the role of the route's row, checked the form's
 * token on every POST, and, where the path has {assessment}, that this person may work with it; a viewer comes through
 * only where the path also has {organisation}, whose reports they were granted. On rows for anyone or for whoever holds
 * a link, nobody may be signed in. A handler answers by writing a page (desk_open ... desk_close), by desk_redirect, or
 * by desk_refuse. */
#ifndef READINESS_WEB_DESK_H
#define READINESS_WEB_DESK_H

#include "base/finding.h"
#include "store/accounts.h"
#include "web/respondent/screen.h"
#include "web/server/request.h"

enum { DESK_COLUMNS_MAX = 16, DESK_SEARCH_MAX = 100 };

struct desk_state { /* where frame.c, tables.c and fields.c stand; for them only */
    int tables, column;
    const char *heads[DESK_COLUMNS_MAX]; /* of the table at hand */
    int n_heads;
    const char *described; /* ids of what describes the field at hand, "" for nothing */
    bool is_wrong;
    bool in_head, in_body;
    const char *script, *style;
    int refresh;
};

struct desk {
    struct request *request;
    struct arena *arena; /* the request's */
    struct store *store;
    struct collect *collect;
    struct screen screen; /* language: the account's */
    bool signed_in;       /* account and session are somebody's */
    struct account account;
    struct session session;
    const char *form_token; /* in every form */
    bool has_assessment;
    struct assessment assessment;
    struct findings *findings; /* for the form at hand: desk_open and the fields show what is wrong with it,
                                  desk_findings what is wrong with a file */
    struct desk_state state;
};

/* A row of the route table calls this kind of handler for the workspace. */
typedef void desk_handler(struct desk *d);

/* The parts of an assessment's page that its tabs lead to; TAB_NONE outside one. */
enum desk_tab {
    TAB_NONE,
    TAB_OVERVIEW,
    TAB_ORGANISATIONS,
    TAB_PEOPLE,
    TAB_WAVES,
    TAB_SEND,
    TAB_WATCH,
    TAB_REPORTS,
    TAB_SETTINGS
};

/* The frame: head with where one is, who one is, sign out; the assessment's tabs; then <main> with the title as its
 * <h1>. `title` is already in the person's language. Findings of an earlier attempt are shown on top, with the focus.
 */
void desk_open(struct desk *d, int status, const char *title, enum desk_tab tab);
void desk_close(struct desk *d);
/* Before desk_open: the page loads one of our script files (engine/web/assets/, "watch.js"). It must work without. */
void desk_script(struct desk *d, const char *name);
/* And another of our style sheets. */
void desk_style(struct desk *d, const char *name);
/* Before desk_open: where there is no script, the page is loaded anew every so many seconds. */
void desk_refresh(struct desk *d, int seconds);
/* For pages made to be printed (a poster): no frame, the same headers and style. */
void desk_open_bare(struct desk *d, const char *title, const char *language);
void desk_close_bare(struct desk *d);

/* The interface's words: section "work" of config/texts/<language>/<file>.ini; `key` without the section. */
const char *desk_words(struct desk *d, const char *key);
void desk_say(struct desk *d, const char *key);
/* The same with {name} replaced: pairs, then NULL. */
const char *desk_fill(struct desk *d, const char *key, ...) __attribute__((sentinel));
void desk_text(struct desk *d, const char *text); /* escaped */
/* Numbers, days and times as the person reads them, in the person's time zone. */
const char *desk_number(struct desk *d, double x, int decimals);
const char *desk_percent(struct desk *d, double share);
const char *desk_day(struct desk *d, const char *day);
const char *desk_time(struct desk *d, int64_t seconds);

/* A form that posts to a path of ours, with its token. `path` is made by desk_path. `upload`: may carry a file. */
void desk_form_open(struct desk *d, const char *path, bool upload);
void desk_form_close(struct desk *d);
/* A labelled field with hint and, if a finding has its name as the value of "field", the sentence at the field. Values
 * typed before are kept: `value` is what to show when nothing was posted. */
void desk_field_text(struct desk *d, const char *name, const char *label_key, const char *hint_key, const char *value,
                     size_t max);
void desk_field_area(struct desk *d, const char *name, const char *label_key, const char *hint_key, const char *value,
                     int rows);
void desk_field_day(struct desk *d, const char *name, const char *label_key, const char *hint_key, const char *value);
void desk_field_number(struct desk *d, const char *name, const char *label_key, const char *hint_key, const char *value,
                       long least, long most);
void desk_field_email(struct desk *d, const char *name, const char *label_key, const char *hint_key, const char *value);
/* Is this page written with what was typed before in its fields? */
bool desk_is_answer(const struct desk *d);
/* Never shown again; `is_new` for one that is being chosen. */
void desk_field_password(struct desk *d, const char *name, const char *label_key, const char *hint_key, bool is_new);
/* A code of figures, as an authenticator app shows them. */
void desk_field_code(struct desk *d, const char *name, const char *label_key, const char *hint_key);
/* `accept` as in HTML: ".csv,.txt". */
void desk_field_file(struct desk *d, const char *name, const char *label_key, const char *hint_key, const char *accept);
void desk_field_check(struct desk *d, const char *name, const char *label_key, const char *hint_key, bool checked);
/* Choices as radio buttons (up to five) or a list: values and their texts, parallel. */
void desk_field_choice(struct desk *d, const char *name, const char *label_key, const char *hint_key,
                       const char *const *values, const char *const *texts, size_t n, const char *value);
/* For a field that a page writes itself: the frame with label and hint (texts, not keys; the hint may be NULL) and what
 * is wrong; behind the beginning of the control's tag its id, name and description; the end of the frame. */
void desk_frame_open(struct desk *d, const char *name, const char *label, const char *hint);
void desk_frame_control(struct desk *d, const char *name);
void desk_frame_close(struct desk *d);
void desk_hidden(struct desk *d, const char *name, const char *value);
/* The page's one primary button; a second one; one for dangerous acts. `name`/`value` may be NULL. */
void desk_button(struct desk *d, const char *label_key, const char *name, const char *value);
void desk_button_second(struct desk *d, const char *label_key, const char *name, const char *value);
void desk_button_danger(struct desk *d, const char *label_key, const char *name, const char *value);
/* A link that looks like a link, and one that looks like the primary button. */
void desk_link(struct desk *d, const char *path, const char *text);
void desk_link_button(struct desk *d, const char *path, const char *label_key);
/* The part of the path that the route's template calls {name}; "" when it has none. */
const char *desk_parameter(struct desk *d, const char *name);
/* What stood behind the question mark of the address: the trimmed text, "" when absent, longer than `max` characters or
 * not fit to be shown. */
const char *desk_asked(struct desk *d, const char *name, size_t max);
/* "/assessments/north/organisations": segments are percent-encoded; ends with NULL. In the arena. */
const char *desk_path(struct desk *d, const char *first, ...) __attribute__((sentinel));

/* What stands behind the question mark of an address: pairs of names and values, then NULL; pairs with an empty value
 * are left out. "?q=north&page=2", or "?" with nothing. In the arena. */
const char *desk_query(struct desk *d, const char *name, ...) __attribute__((sentinel));

/* What was posted: the trimmed text ("" when absent), at most `max` characters; a longer one or one with control
 * characters adds the finding "field_not_accepted". */
const char *desk_posted(struct desk *d, const char *name, size_t max);
bool desk_posted_is(struct desk *d, const char *name, const char *value);
/* An uploaded file's bytes and name; n = 0 when none. */
struct str desk_uploaded(struct desk *d, const char *name, const char **file_name);
/* An error about a field: `code` is a finding's code, with one pair. */
void desk_wrong(struct desk *d, const char *field, const char *code, const char *name, const char *value);
bool desk_has_errors(const struct desk *d);
/* A finding's sentence in the person's language, as it stands on a page. */
const char *desk_sentence(struct desk *d, const struct finding *f);
/* Findings of a file (with rows), as a list. */
void desk_findings(struct desk *d);
/* The sentence of what is wrong with this field, or NULL; for fields that a page writes itself (id "f-NAME"). */
const char *desk_problem(struct desk *d, const char *field);

/* Tables: a caption for readers of screens, a head of texts, rows of cells; numeric columns are right-aligned. The
 * first cell of a row names it. On a narrow screen each row becomes a card: the cell that names it, then every other
 * cell beside its column's head; it stays a table for readers of screens. */
void desk_table_open(struct desk *d, const char *caption_key);
void desk_table_head(struct desk *d, const char *label_key, bool number);
/* The same with a link that sorts by `column` and keeps what was searched for (?q=); the handler reads desk_sorting. */
void desk_table_head_sort(struct desk *d, const char *label_key, bool number, const char *column);
/* ?sort=column or ?sort=-column (then *down); `first` when nothing was asked for. */
const char *desk_sorting(struct desk *d, const char *first, bool *down);
void desk_row_open(struct desk *d);
void desk_cell(struct desk *d, const char *text);
void desk_cell_number(struct desk *d, const char *text);
void desk_cell_open(struct desk *d);
void desk_cell_number_open(struct desk *d);
void desk_cell_close(struct desk *d);
void desk_row_close(struct desk *d);
void desk_table_close(struct desk *d);
/* A heading; an empty state that says how to begin; a note of success after a redirect is shown by desk_open. */
void desk_section(struct desk *d, const char *heading_key);
void desk_empty(struct desk *d, const char *text_key, const char *path, const char *button_key);
void desk_paragraph(struct desk *d, const char *key);

/* A sentence (section "work") that must not be overlooked. */
void desk_notice(struct desk *d, const char *key);

/* After a POST: go to a page of ours; `said` (a key of section "done", may be NULL) is shown there once, with {n}. */
void desk_redirect(struct desk *d, const char *path, const char *said, const char *n);
/* 403, 404, 409, 503 with a page. */
void desk_refuse(struct desk *d, int status);
/* A file to download. `name` is for the browser; the content belongs to the arena or is `fixed`. */
void desk_download(struct desk *d, const char *name, const char *type, struct str content);
/* A line of the audit log, about an account or another thing as a whole. */
void desk_audit(struct desk *d, const char *act, const char *object);
/* The same about what is inside the assessment at hand: a wave's label or an organisation's code (never a person), and,
 * where it is for somebody with an account or a link, whom; NULL where there is nothing to name. */
void desk_audit_inside(struct desk *d, const char *act, const char *part, const char *whom);

#endif
