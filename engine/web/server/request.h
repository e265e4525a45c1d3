/* One request and its reply, as pages see them: without the HTTP library, which stays inside web/server.
 *
 * A handler reads the request and fills in the reply, on a thread of the event loop, and never waits for a disk or a
 * password hash: it asks the request to wait instead (request_wait, request_work), and goes on in a function that is
 * called on the event loop again when the outcome is there. Everything of a request lies in its arena and is gone with
 * it. */
#ifndef READINESS_WEB_REQUEST_H
#define READINESS_WEB_REQUEST_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/result.h"
#include "base/str.h"
#include "web/form.h"
#include "web/server.h"

enum method { /* HEAD is a GET without its body; the library sees to that */
              METHOD_GET = 1,
              METHOD_POST = 2,
              METHOD_PUT = 4, /* this and the next: for other programs only (web/api) */
              METHOD_DELETE = 8,
};

struct reply {
    int status;
    const char *type;     /* content type; NULL: a page */
    struct buf body;      /* freed with the request */
    struct str fixed;     /* instead of `body`: bytes that outlive the server */
    const char *location; /* of a redirection, a path of ours */
    const char *cookie;   /* what the browser is to keep of a draft, "" to remove it, NULL to leave it */
    const char *refresh;  /* "15; url=/s/...": the browser goes there by itself after so many seconds; NULL: it stays */
    bool unlogged;        /* also a failure of this says nothing in the log */
    bool lasting;         /* may be cached for a year (an asset named after its content) */
    /* Of the workspace: */
    const char
        *session;     /* the session's cookie, "" to remove it with all that the browser keeps of us, NULL to leave */
    const char *note; /* what the next page is to say once; "" and NULL as above */
    const char *save_as; /* a file to download: its name */
    bool script;         /* the page may load our script files, and they may ask us for more */
    bool frames;         /* the page may show pages of ours in frames */
    bool framed;         /* it may itself be shown in one */
    /* Of the interface for other programs: */
    const char *etag;     /* what the content is known by, in its quotes; NULL: nothing */
    const char *language; /* of the sentences in it; NULL: it says nothing of that */
    bool challenge;       /* 401: says that a token is asked for */
};

struct asset {        /* a style sheet without its comments and blanks, or a script */
    const char *path; /* "/assets/respondent-0123456789abcdef.css" */
    const char *type;
    struct str content;
};

/* What all requests share; nothing of it changes while the server runs. */
struct web {
    const struct texts *texts;
    struct collect *collect;             /* NULL in a preview */
    struct store *store;                 /* NULL: no workspace */
    const char *surveys;                 /* the folder of the instruments */
    struct library *library;             /* reads them, as they stand on disk; NULL without a workspace */
    const struct strategies *strategies; /* for reports; NULL: none */
    const char *db, *keys;               /* where the database and the waves' keys lie, for whoever puts a key back */
    struct mailer *mailer;               /* NULL: mail is not set up; and so are its tools: */
    const struct mailer_tools *mail_tools;
    atomic_int mails_per_minute;      /* at most; the one thing that may change */
    const struct instrument *preview; /* NULL when answering for real */
    const char *preview_file;         /* from where it is read anew for each page; NULL in the workspace */
    const char *public_url;
    bool secure;                /* people reach us by https */
    bool sessions;              /* people may sign in: by https, or from this very machine */
    const struct asset *assets; /* what may be asked for under /assets/ */
    size_t n_assets;
    struct asset style;        /* of the respondent's pages */
    const char *hooks_allowed; /* addresses that may be told of events (mail/hooks.h); "": none */
    struct gate *gate;         /* what sign-in keeps in memory; NULL: no workspace */
    struct jobs *jobs;         /* long work for the workspace; NULL: none */
    /* Of a preview inside the workspace: where its forms are sent, and the token they carry. NULL: not such a one. */
    const char *preview_path, *preview_token;
};

/* The address of a built-in file of engine/web/assets/ ("workspace.css"); "" when there is none. */
const char *asset_path(const struct web *web, const char *name);

enum { ROUTE_PARAMETERS_MAX = 4 };

/* What the headers of a program's request say. Texts in the arena, NULL when the header is not there. */
enum content { CONTENT_NONE, CONTENT_JSON, CONTENT_CSV, CONTENT_OTHER };
struct api_head {
    const char *bearer; /* the token of "Authorization: Bearer TOKEN" */
    const char *once;   /* Idempotency-Key */
    const char *match;  /* If-Match */
    const char *known;  /* If-None-Match */
    enum content content;
};

struct route;
struct gate;
struct jobs;
struct library;
struct mailer;
struct mailer_tools;
struct exchange; /* the library's side of a request */

struct request {
    struct arena *arena;
    const struct web *web;
    enum method method;
    const struct route *route;
    const char *parameter;                        /* what stood where the route says {token}; "" when it has none */
    const char *parameters[ROUTE_PARAMETERS_MAX]; /* all of them, in their order; "" where there are fewer */
    const char *path;                             /* as asked for, decoded */
    struct form form;                             /* of a POST */
    bool filled;            /* the page is shown with `form` in its fields, as if it came back: after signing in anew */
    struct form query;      /* what stood behind the question mark, for the workspace */
    const uint8_t *session; /* the SESSION_SECRET bytes of the session's cookie, if the browser sent one that could be
                               right; NULL without a workspace */
    const char *note;       /* and the note for this page */
    const char *cookie;     /* the draft's secret that the browser presented, or NULL */
    const char *cookie_part; /* and the sitting's part of an open link that came with it, or "" */
    const char *kiosk_part;  /* of a shared device: the part of the sitting that goes on there, "" between two sittings,
                                NULL when the browser says nothing of it */
    const char *language;    /* ?lang= of the address, or NULL */
    const char *accept_language; /* the header, or NULL */
    struct api_head *api;        /* what a program said in its headers, on rows for programs; else NULL */
    struct str body;             /* and what it sent, as it came */
    struct reply reply;
    void *state;                       /* a handler's own, from wait to continuation */
    void (*at_end)(struct request *r); /* called once when the request is over, however it ends; may be NULL */
    struct exchange *exchange;
};

/* Outcome of a wait that the server's stop cut short; the work itself may still have been done. */
enum { WAIT_GIVEN_UP = -1 };

struct wait;

/* From here on the request waits; the handler returns without a reply. `then` is called with the outcome once somebody
 * (any thread) calls wait_end, exactly once. */
struct wait *request_wait(struct request *r, void (*then)(struct request *r, int outcome));
void wait_end(struct wait *w, int outcome);

/* Runs `job` on a worker thread while the request waits, then `then` with its result. For password hashes: two at a
 * time, a short queue. False, with nothing begun, when the queue is full. */
bool request_work(struct request *r, enum result (*job)(struct request *r),
                  void (*then)(struct request *r, int outcome));

/* The same for a page of the workspace: four at a time, a longer queue. */
bool request_desk(struct request *r, enum result (*job)(struct request *r),
                  void (*then)(struct request *r, int outcome));

/* The server has been told to end: what is under way is finished, and nothing new begins. */
bool request_server_stops(const struct request *r);

/* Somebody at this address typed or followed a link that does not exist. True when that happened too often within a
 * minute. Addresses live in memory only, hashed with a key of this run. */
bool request_count_miss(struct request *r);
/* The same question without counting. */
bool request_missed_too_often(const struct request *r);

/* The same for passwords and codes that were wrong. What comes from this very machine is not counted: where a proxy
 * stands in front that the settings do not name, everybody seems to. */
void request_count_try(struct request *r);
bool request_tried_too_often(const struct request *r);
/* A program's token was used once more: true when that was too often within a minute. */
bool request_count_call(struct request *r, const uint8_t token[16]);
/* A figure for the network that the request comes from, for keeping apart who tries what; 0: from this machine. To be
 * kept in memory only. */
uint64_t request_network(const struct request *r);

#endif
