/* The act of answering, from the invitation to the closed wave. The privacy rules live in this room:
 *
 *  - tokens are derived from the wave's key and never stored; the store knows their hashes, and no hash knows its
 * person;
 *  - a ballot is sealed to the wave's public key before it leaves the server's thread, and padded to a size class;
 *  - drafts open only with what the respondent's browser holds;
 *  - closing opens all ballots, gives them new random ids and that order, coarsens small cells, and destroys the keys.
 *
 * A `struct collect` is shared by all threads. */
#ifndef READINESS_COLLECT_H
#define READINESS_COLLECT_H

#include "base/arena.h"
#include "base/finding.h"
#include "base/result.h"
#include "instrument/answers.h"
#include "instrument/instrument.h"
#include "store/store.h"

struct collect;

/* `keys` is the folder of the wave keys (made if missing, 0700). The store is borrowed. Waves whose closing was cut
 * short are finished. */
enum result collect_new(struct collect **out, struct store *store, const char *keys,
                        struct findings *findings) MUST_CHECK;
void collect_free(struct collect *c);
/* Waves whose closing was cut short, as when an engine dies. Part of collect_new. */
enum result collect_finish_waves(struct collect *c, struct findings *findings) MUST_CHECK;

/* Opening a wave (collect/open.c). Derives the keys, tokens for everybody on the roster, one open and one organisation
 * link per organisation where the instrument asks them anything; coarsens small units. Findings: no organisations, a
 * wave is still open, the label is taken. */
enum open_links { OPEN_LINKS_WHERE_NO_PEOPLE, OPEN_LINKS_ALL, OPEN_LINKS_NONE };
struct new_wave {
    const char *label;    /* NULL: "1", "2", ... */
    const char *until;    /* a day or NULL; its end in the time zone is the deadline */
    const char *timezone; /* NULL: the assessment's */
    enum open_links open_links;
};
enum result collect_open_wave(struct collect *c, const struct assessment *a, const struct instrument *instrument,
                              const struct new_wave *request, struct wave *out, struct arena *arena,
                              struct findings *findings) MUST_CHECK;

/* The instrument that a wave is pinned to, a reference of the caller's; NULL when it cannot be read. */
const struct instrument *collect_instrument(struct collect *c, const struct wave *wave);
/* An open wave takes over the words of `now`, a newer state of its instrument's files (collect/adopt.c). Whoever is
 * answering reads them from the next page on; answers, drafts and links stay what they are, and the text of before is
 * kept. Findings: not open, nothing differs, more than words differs, somebody else was faster. */
enum result collect_adopt(struct collect *c, const struct wave *wave, const struct instrument *now, struct arena *arena,
                          struct findings *findings) MUST_CHECK;

/* The links of an open wave, derived anew each time. */
enum { STOP_LENGTH = 48 };
struct link {
    struct invitation invitation;
    char token[32];             /* goes behind /s/ */
    char code[20];              /* "ABCD-EFGH-JKLM-N"; "" for personal links */
    char stop[STOP_LENGTH + 1]; /* goes behind /stop/, for personal links by collect_link_of; else "" */
};
enum result collect_links(struct collect *c, const struct wave *wave, struct arena *arena, struct link **out, size_t *n,
                          struct findings *findings) MUST_CHECK;

/* Writing to people (collect/contact.c). The link of one invitation of an open wave, and the hash of its ticket: for
 * the moment of sending, in which the wave's key is read and forgotten again. Findings: the wave is not open, its key
 * is missing. */
enum result collect_link_of(struct collect *c, const struct wave *wave, const struct invitation *v, struct link *out,
                            uint8_t ticket[32], struct findings *findings) MUST_CHECK;
/* Whose opt-out link is it? It is derived for that purpose alone, so that it cannot be used to answer, and nothing of
 * it is stored: it names its invitation and proves with the wave's key that we wrote it (one key is read for each open
 * wave). RESULT_INPUT: not one of ours, or its wave is closed (its mails have ended; a later wave's bring a new link).
 * RESULT_MACHINE also when a wave's key is missing here, where another engine may have it.
 * Changes nothing; the page's button then calls store_opt_out. */
enum result collect_find_stop(struct collect *c, struct arena *arena, const char *token, struct wave *wave,
                              struct id *invitation) MUST_CHECK;

/* Says in the log which open waves' keys are missing here. */
void collect_look_for_keys(struct collect *c);

/* A sitting: one person (or one organisation's lead) in front of one form. */
enum sitting_state {
    SITTING_OPEN,
    SITTING_ANSWERED, /* thank you, we have your answers */
    SITTING_CLOSED,   /* the wave is closed */
    SITTING_UNKNOWN,  /* no such link */
};

enum { SITTING_TOKEN_MAX = 64, SITTING_SECRET_SIZE = 32, RESUME_CODE_SIZE = 12 };

struct sitting {
    enum sitting_state state;
    /* What a page hands back to continue: the token, and for open links a part of its own for this sitting. */
    char token[SITTING_TOKEN_MAX];
    enum invitation_kind kind;
    enum audience audience;                                         /* staff, or organisation for the agreed rating */
    const char *organisation, *organisation_name, *unit, *language; /* language: the invitation's, or "" */
    struct wave wave;
    bool past_deadline; /* nobody should begin any more; who has begun may finish while the wave is open */
    const char *title;  /* the assessment's */
    const struct instrument *instrument; /* a reference of its own: sitting_end gives it back */
    const struct placeholder_value *placeholders;
    size_t n_placeholders;
    struct ticket ticket; /* for collect's own use */
};

/* Finds the sitting for what stood in a link, was typed as a code (any case, with or without dashes and blanks,
 * look-alikes accepted), or came back in a page. Never changes anything. RESULT_OK also for unknown and closed ones:
 * see `state`. Everything in *out lies in the arena or the instrument. */
enum result collect_find(struct collect *c, struct arena *arena, const char *token_or_code,
                         struct sitting *out) MUST_CHECK;
/* When an open link's start page is posted: gives the sitting its own part, so that it counts as one person. */
void sitting_begin(struct sitting *s);
void sitting_end(struct sitting *s);

/* Drafts. `secret` is what the browser's cookie holds (SITTING_SECRET_SIZE hex digits; make one with
 * sitting_new_secret). Saving is asynchronous: `done` on the writer's thread after the commit. Loading adds to
 * `answers`; no draft is RESULT_OK with nothing added. */
void sitting_new_secret(char secret[SITTING_SECRET_SIZE + 1]);
void collect_save_draft(struct collect *c, const struct sitting *s, const char *secret, const struct answers *answers,
                        int page, void (*done)(void *context, enum result result), void *context);
enum result collect_load_draft(struct collect *c, const struct sitting *s, struct arena *arena, const char *secret,
                               struct answers *answers, int *page) MUST_CHECK;
/* Another device: keeps the draft's secret under a code that is shown once, and gives it back for link and code. Both
 * cost a password hash on purpose: call them off the server's event loop. RESULT_INPUT: the code is wrong. Resuming may
 * change the sitting's token (an open link's own part comes back). */
enum result collect_make_resume_code(struct collect *c, const struct sitting *s, const char *secret,
                                     char code[RESUME_CODE_SIZE + 1]) MUST_CHECK;
enum result collect_resume(struct collect *c, struct sitting *s, const char *code,
                           char secret[SITTING_SECRET_SIZE + 1]) MUST_CHECK;

/* All ballots and drafts of a wave have one size (collect/ballot.h): is there room for these answers? Only very long
 * texts have none; the page says so before anything is sent. */
bool collect_fits(struct arena *arena, const struct sitting *s, const struct answers *answers);

/* Submits: drops what is hidden, seals, spends the ticket; `done` on the writer's thread after the commit. `secret`
 * (may be NULL) names the draft to remove. */
void collect_cast(struct collect *c, const struct sitting *s, struct answers *answers, const char *secret,
                  void (*done)(void *context, enum cast_outcome outcome), void *context);

/* Closing (collect/close.c): irreversible; the wave's keys are destroyed. With fewer than min_group answers nothing is
 * opened and the finding "wave_too_small" says so. The wave is WAVE_CLOSED afterwards, unless somebody reads the
 * database just then: removing the last residue waits for that and goes on by itself, also after a restart (the finding
 * "wave_cleaning"); until then the wave stays WAVE_EMPTIED. */
struct closing {
    size_t ballots, responses, destroyed, comments;
    bool cleaning; /* the last residue is still to be removed */
};
/* `sheet`: the recovery sheet as it was typed, for a wave whose key was taken away or lost; else NULL. Findings: the
 * key that opens the ballots was taken away, the sheet is not this wave's. */
enum result collect_close_wave(struct collect *c, const struct wave *wave, const char *sheet, struct closing *out,
                               struct findings *findings) MUST_CHECK;

/* The recovery sheet (collect/sheet.c): the wave's key in a form that can be printed, typed and put into a safe.
 * Findings: it was taken away. */
enum result collect_recovery_sheet(struct collect *c, const struct wave *wave, struct arena *arena, const char **out,
                                   struct findings *findings) MUST_CHECK;
/* Puts a printed key back into the key folder. */
enum result collect_recover(struct collect *c, const struct wave *wave, const char *typed,
                            struct findings *findings) MUST_CHECK;
/* Takes what opens the ballots away from here: from then on nobody can, before whoever has the sheet closes the wave
 * with it. Links are still made and mailed. Asking for the sheet proves that it is at hand; without it the answers
 * would be lost. Locked twice is locked. */
enum result collect_lock_wave(struct collect *c, const struct wave *wave, const char *typed,
                              struct findings *findings) MUST_CHECK;
/* Is the wave open, and the key that opens its ballots taken away? */
bool collect_is_locked(struct collect *c, const struct wave *wave);

/* Answers collected elsewhere (collect/import.c): one row a response, as cli.md describes; all findings at once. */
struct import_options {
    const char *label; /* NULL: "imported" */
    bool create_organisations;
    const char *skip_bad_to; /* NULL: one bad row refuses everything; else bad rows are written to this file */
};
struct import_outcome {
    size_t rows, imported, skipped, organisations_made;
};
enum result collect_import(struct collect *c, const struct assessment *a, const struct instrument *instrument,
                           const char *path, const struct import_options *options, struct wave *wave,
                           struct import_outcome *out, struct arena *arena, struct findings *findings) MUST_CHECK;

#endif
