/* Assessments: those that the account may work with; a new one. */
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "collect/plan.h"
#include "web/api/call.h"
#include "web/api/operations.h"
#include "web/workspace/setup.h"

enum { VALUES_MAX = 64 };

/* "readiness" for ".../surveys/readiness.ini": where files lie is nobody's business. */
static const char *instrument_name(const struct api_call *c, const char *path) {
    const char *name = file_name(path), *dot = strrchr(name, '.');
    return dot ? arena_copy(c->arena, name, (size_t)(dot - name)) : name;
}

static void write_one(struct api_call *c, const struct assessment *a) {
    static const char *const states[] = {"active", "archived", "deleted"};
    api_put(c, "name", a->name);
    api_put(c, "title", a->title);
    api_put(c, "instrument", instrument_name(c, a->instrument));
    api_put(c, "mode", a->mode == MODE_ANONYMOUS ? "anonymous" : "confidential");
    api_put_number(c, "minimum", a->min_group);
    api_put(c, "timezone", a->timezone && *a->timezone ? a->timezone : "UTC");
    api_put(c, "state", states[a->state]);
}

static const char *key(const struct api_call *c, const void *list, size_t i) {
    (void)c;
    return ((const struct assessment *)list)[i].name;
}

static void write(struct api_call *c, const void *list, size_t i) {
    write_one(c, &((const struct assessment *)list)[i]);
}

static void list_all(struct api_call *c) {
    struct assessment *all;
    size_t n, mine = 0;
    bool good = store_list_assessments(c->store, c->arena, &all, &n) == RESULT_OK;
    for (size_t i = 0; good && i < n; i++) {
        bool may = false;
        good = store_may_work(c->store, all[i].id, &c->desk->account, &may) == RESULT_OK;
        if (may)
            all[mine++] = all[i];
    }
    if (good)
        (void)api_list(c, mine, key, write, all);
    else
        api_problem(c, 503, "busy");
}

static void show(struct api_call *c) {
    api_open(c);
    write_one(c, &c->desk->assessment);
    api_close(c);
    api_tag(c, buf_view(&c->request->reply.body));
}

static void wrong(struct api_call *c, const char *field, const char *code, const char *name, const char *value) {
    if (code)
        desk_wrong(c->desk, field, code, name, value);
}

static size_t take_values(struct api_call *c, const struct instrument *instrument, struct placeholder_value *values) {
    const struct json_node *list = json_tree_member(c->body, "values");
    size_t n = 0;
    for (const struct json_node *v = list ? list->first : NULL; v && n < VALUES_MAX; v = v->next) {
        const struct json_node *language = json_tree_member(v, "language");
        values[n] = (struct placeholder_value){json_tree_member(v, "name")->text.p, language ? language->text.p : "",
                                               json_tree_member(v, "value")->text.p};
        wrong(c, "values", plan_check_value(instrument, &values[n]), "name", values[n].name);
        n++;
    }
    return n;
}

static void add(struct api_call *c, struct assessment *a, const struct placeholder_value *values, size_t n) {
    if (api_has_errors(c))
        return;
    const enum result result = store_add_assessment(c->store, a, values, n);
    if (result == RESULT_INPUT) {
        wrong(c, "name", "assessment_exists", "name", a->name);
        api_problem(c, 409, "exists");
    } else if (result != RESULT_OK) {
        api_problem(c, 503, "busy");
    } else {
        desk_audit(c->desk, "assessment_made", a->name);
        api_open(c);
        write_one(c, a);
        api_close(c);
        c->request->reply.location = api_path(c, "assessments", a->name, NULL);
    }
}

static void make(struct api_call *c) {
    struct placeholder_value values[VALUES_MAX];
    struct setup_instrument chosen = {0};
    const char *timezone = api_text(c, "timezone"), *own = c->desk->account.timezone;
    struct assessment a = {.id = id_new(),
                           .name = api_text(c, "name"),
                           .title = api_text(c, "title"),
                           .owner = c->desk->account.id,
                           .mode =
                               strcmp(api_text(c, "mode"), "confidential") == 0 ? MODE_CONFIDENTIAL : MODE_ANONYMOUS,
                           .min_group = (int)api_integer(c, "minimum", 5),
                           .timezone = *timezone ? timezone
                                       : *own    ? own
                                                 : "UTC",
                           .deleted = "",
                           .languages = ""};
    a.min_comments = plan_min_comments(a.min_group);
    wrong(c, "name", strcmp(a.name, "new") == 0 ? "assessment_name" : plan_check_name(a.name), "name", a.name);
    wrong(c, "title", plan_check_title(a.title), "title", a.title);
    wrong(c, "timezone", clock_timezone_good(a.timezone) ? NULL : "timezone_unknown", "value", a.timezone);
    if (!setup_find_instrument(c->desk, api_text(c, "instrument"), &chosen)) {
        wrong(c, "instrument", "api_instrument_unknown", "value", api_text(c, "instrument"));
        api_problem(c, 422, "input");
        return;
    }
    a.instrument = chosen.path;
    add(c, &a, values, take_values(c, chosen.instrument, values));
    setup_release(&chosen, 1);
}

const struct api_operation api_assessments_list = {.id = "assessments_list",
                                                   .scope = SCOPE_READ,
                                                   .call = list_all,
                                                   .status = 200,
                                                   .answer = "Assessment",
                                                   .list = true};
const struct api_operation api_assessments_show = {
    .id = "assessments_show", .scope = SCOPE_READ, .call = show, .status = 200, .answer = "Assessment", .tagged = true};
const struct api_operation api_assessments_new = {.id = "assessments_new",
                                                  .scope = SCOPE_MANAGE,
                                                  .call = make,
                                                  .body = "NewAssessment",
                                                  .status = 201,
                                                  .answer = "Assessment"};
