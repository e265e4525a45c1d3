#include "cli/demo/visitor.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

enum { PAGES_MAX = 200, VALUES_MAX = 64 };

struct visitor {
    CURL *curl;
    char *base;
    struct buf page;
    long status;
};

static size_t receive(char *bytes, size_t size, size_t n, void *context) {
    buf_bytes(context, bytes, size * n);
    return size * n;
}

struct visitor *visitor_new(const char *base) {
    struct visitor *v = mem_alloc(sizeof *v);
    v->curl = curl_easy_init();
    v->base = mem_alloc(strlen(base) + 1);
    strcpy(v->base, base);
    v->page = (struct buf)BUF_INIT;
    return v;
}

void visitor_free(struct visitor *v) {
    if (!v)
        return;
    curl_easy_cleanup(v->curl);
    buf_free(&v->page);
    free(v->base);
    free(v);
}

/* Fetches PATH; with a body it is posted. */
static enum result fetch(struct visitor *v, const char *path, const struct buf *body) {
    struct buf url = BUF_INIT;
    if (!v->curl)
        return RESULT_MACHINE;
    buf_printf(&url, "%s%s", v->base, path);
    buf_clear(&v->page);
    curl_easy_setopt(v->curl, CURLOPT_URL, url.p);
    curl_easy_setopt(v->curl, CURLOPT_WRITEFUNCTION, receive);
    curl_easy_setopt(v->curl, CURLOPT_WRITEDATA, &v->page);
    curl_easy_setopt(v->curl, CURLOPT_COOKIEFILE, ""); /* cookies in memory */
    curl_easy_setopt(v->curl, CURLOPT_TIMEOUT, 60L);
    curl_easy_setopt(v->curl, CURLOPT_PROXY, "");
    curl_easy_setopt(v->curl, CURLOPT_HTTPGET, 1L);
    if (body) {
        curl_easy_setopt(v->curl, CURLOPT_POSTFIELDSIZE, (long)body->n);
        curl_easy_setopt(v->curl, CURLOPT_POSTFIELDS, body->p);
    }
    CURLcode code = curl_easy_perform(v->curl);
    curl_easy_getinfo(v->curl, CURLINFO_RESPONSE_CODE, &v->status);
    buf_free(&url);
    return code == CURLE_OK && v->status == 200 ? RESULT_OK : RESULT_MACHINE;
}

static void add_pair(struct visitor *v, struct buf *body, const char *name, const char *value) {
    char *key = curl_easy_escape(v->curl, name, 0);
    char *text = curl_easy_escape(v->curl, value, 0);
    if (key && text)
        buf_printf(body, "%s%s=%s", body->n ? "&" : "", key, text);
    curl_free(key);
    curl_free(text);
}

/* The values of a radio or checkbox group; true at its first control. */
static bool group_values(const struct form *form, size_t at, const char **values, size_t *n) {
    *n = 0;
    for (size_t i = 0; i < form->n; i++) {
        const struct control *c = &form->controls[i];
        if (c->kind != form->controls[at].kind || strcmp(c->name, form->controls[at].name) != 0)
            continue;
        if (*n == 0 && i != at)
            return false;
        if (*n < VALUES_MAX)
            values[(*n)++] = c->value;
    }
    return true;
}

/* What the browser would send after somebody chose, with the first button. */
static void fill(struct visitor *v, struct arena *arena, const struct form *form, visitor_choice *choose, void *context,
                 struct buf *body) {
    const char *values[VALUES_MAX];
    size_t n;
    bool pressed = false;
    for (size_t i = 0; i < form->n; i++) {
        const struct control *c = &form->controls[i];
        const char *answer = NULL;
        if (c->kind == CONTROL_HIDDEN) {
            answer = c->value;
        } else if (c->kind == CONTROL_BUTTON) {
            answer = pressed ? NULL : c->value;
            pressed = true;
        } else if (c->kind == CONTROL_TEXT) {
            answer = choose(context, arena, c->name, NULL, 0);
        } else if (group_values(form, i, values, &n)) {
            answer = choose(context, arena, c->name, values, n);
        }
        if (answer)
            add_pair(v, body, c->name, answer);
    }
}

static enum result answer_pages(struct visitor *v, struct arena *arena, visitor_choice *choose, void *context) {
    struct form *form = form_read(arena, buf_view(&v->page), "/s");
    if (!form)
        return RESULT_INPUT; /* a page without a form: answered already, or closed */
    bool begun = false;
    for (int i = 0; i < PAGES_MAX; i++) {
        struct buf body = BUF_INIT;
        fill(v, arena, form, choose, context, &body);
        enum result result = fetch(v, "/s", &body);
        buf_free(&body);
        if (result != RESULT_OK)
            return result;
        form = form_read(arena, buf_view(&v->page), "/s");
        if (begun && !form_has(form, ".p"))
            return RESULT_OK; /* a page of the form has ended in one that is none: thank you */
        if (!form)
            return RESULT_MACHINE;
        begun = true;
    }
    return RESULT_MACHINE;
}

enum result visitor_answer(struct visitor *v, const char *token, visitor_choice *choose, void *context) {
    struct arena *arena = arena_new();
    if (v->curl)
        curl_easy_setopt(v->curl, CURLOPT_COOKIELIST, "ALL");
    enum result result = fetch(v, arena_printf(arena, "/s/%s", token), NULL);
    if (result == RESULT_OK)
        result = answer_pages(v, arena, choose, context);
    arena_free(arena);
    return result;
}
