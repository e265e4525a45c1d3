/* A call: one request of another program, as the handlers of web/api see it.
 *
 * Before a handler runs, entry.c has found the token and its account, checked the row's role and the token's scope,
 * that the account may work with the {assessment} of the path, the parameters behind the question mark and the body
 * (against the operation's schema); afterwards it keeps the answer under the request's Idempotency-Key. A handler runs
 * on a worker thread of the workspace and answers by api_open ... api_close, api_list, api_download or api_problem. The
 * desk inside lets it use what pages use; no page is ever written on it. */
#ifndef READINESS_WEB_API_CALL_H
#define READINESS_WEB_API_CALL_H

#include "base/json.h"
#include "base/json_tree.h"
#include "web/api/operation.h"
#include "web/workspace/desk.h"

struct api_call {
    struct desk *desk; /* account, assessment, findings; its language is that of the messages */
    struct request *request;
    struct arena *arena;
    struct store *store;
    const struct api_operation *operation;
    struct api_token token;
    const struct json_node *body; /* NULL: none, or a table */
    struct json_writer out;
};

/* What was sent, after it was checked: "" or `otherwise` where it was not, or was null. */
const char *api_text(const struct api_call *c, const char *name);
bool api_bool(const struct api_call *c, const char *name, bool otherwise);
long api_integer(const struct api_call *c, const char *name, long otherwise);
/* The same behind the question mark. */
const char *api_asked(const struct api_call *c, const char *name);

/* The answer: an object with the status of the operation. Members are written with the json_ functions to c->out. */
void api_open(struct api_call *c);
void api_close(struct api_call *c);
void api_put(struct api_call *c, const char *name, const char *text);
/* "" is null. */
void api_put_or_null(struct api_call *c, const char *name, const char *text);
void api_put_number(struct api_call *c, const char *name, long n);
/* Below 0 is null. */
void api_put_count(struct api_call *c, const char *name, long n);
void api_put_bool(struct api_call *c, const char *name, bool b);
void api_put_time(struct api_call *c, const char *name, int64_t seconds);
const char *api_hex(const struct api_call *c, struct id id);
bool api_read_id(const char *hex, struct id *out);
/* A path of ours, for Location and members called href: api_path(c, "jobs", id, NULL) is "/api/v1/jobs/ID". */
const char *api_path(struct api_call *c, const char *first, ...) __attribute__((sentinel));

/* A page of a list: {"items": [...], "next": cursor or null}. The keys must differ; they are put into their order here
 * (so the list may come in any). `write` writes one item's object. False: the cursor is none of ours, which is said. */
bool api_list(struct api_call *c, size_t n, const char *(*key)(const struct api_call *c, const void *list, size_t i),
              void (*write)(struct api_call *c, const void *list, size_t i), const void *list);

/* Sets the ETag by which `content` is known; 304 when the program has it already. */
void api_tag(struct api_call *c, struct str content);
/* Is If-Match absent, "*", or what `content` is known by? Else 412 is written. */
bool api_matches(struct api_call *c, struct str content);

void api_download(struct api_call *c, const char *name, const char *type, struct str content);

/* Problem details (RFC 9457), with the desk's findings. `code` is a key of the texts, section [problem]. */
void api_problem(struct api_call *c, int status, const char *code);
/* 422 with the findings when there are errors among them; true then. */
bool api_has_errors(struct api_call *c);
/* What a store's or room's result means: RESULT_OK is true; else 422 with findings, or 503. */
bool api_good(struct api_call *c, enum result result);
/* The problem as bytes, for requests that have not become a call. Findings may be NULL. */
void api_write_problem(struct buf *out, const struct texts *texts, struct arena *arena, const char *language,
                       int status, const char *code, const struct findings *findings);

/* The wave of the path: its number or its label. False when there is none, with that written. */
bool api_wave(struct api_call *c, struct wave *out);

/* body.c: checks the query and the body against the tables; what is wrong becomes findings with "field". */
void api_check_query(struct api_call *c);
/* Reads JSON; false when it is not even that. */
bool api_check_body(struct api_call *c);

#endif
