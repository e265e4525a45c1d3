/* What was typed into a form when its session had ended: carried through signing in, in the browser's own page. */
#include <string.h>

#include "web/routes.h"
#include "web/workspace/gate.h"

enum { KEPT_MAX = 64 * 1024, NAME_MAX = 100 };

#define KEPT "kept."

static bool is_kept(struct str name) {
    return name.n > sizeof KEPT - 1 && memcmp(name.p, KEPT, sizeof KEPT - 1) == 0;
}

/* Forms about assessments hold nothing secret but their token; accounts have passwords and codes. */
static bool may_keep(const struct desk *d, const struct form_field *f) {
    return strncmp(d->request->path, "/assessments/", 13) == 0 && !f->file && f->name.n <= NAME_MAX &&
           !str_is(f->name, "token");
}

/* All or nothing: a form that comes back half filled would be trusted. */
bool gate_keeps_fields(const struct desk *d) {
    const struct form *form = &d->request->form;
    size_t total = 0;
    for (size_t i = 0; i < form->n; i++)
        if (is_kept(form->fields[i].name) || may_keep(d, &form->fields[i]))
            total += form->fields[i].name.n + form->fields[i].value.n;
    return total > 0 && total <= KEPT_MAX;
}

void gate_keep_fields(struct desk *d) {
    const struct form *form = &d->request->form;
    for (size_t i = 0; gate_keeps_fields(d) && i < form->n; i++) {
        const struct form_field *f = &form->fields[i];
        const bool again = is_kept(f->name); /* a second try at signing in */
        if (again || may_keep(d, f))
            desk_hidden(d, arena_printf(d->arena, "%s%.*s", again ? "" : KEPT, (int)f->name.n, f->name.p),
                        arena_copy(d->arena, f->value.p, f->value.n));
    }
}

bool gate_show_filled(struct desk *d, const char *path) {
    struct request *r = d->request;
    const char *parameters[ROUTE_PARAMETERS_MAX];
    unsigned allowed;
    struct form_field *fields = arena_array(d->arena, r->form.n + 1, sizeof *fields);
    size_t n = 0;
    for (size_t i = 0; i < r->form.n; i++)
        if (is_kept(r->form.fields[i].name)) {
            fields[n] = r->form.fields[i];
            fields[n].name.p += sizeof KEPT - 1;
            fields[n++].name.n -= sizeof KEPT - 1;
        }
    const struct route *route = route_find(METHOD_GET, path, r->web, d->arena, parameters, &allowed);
    if (!n || !*gate_safe_path(d, path) || !route || !route->desk)
        return false;
    r->form = (struct form){n, fields};
    r->method = METHOD_GET;
    r->path = path;
    r->route = route;
    memcpy(r->parameters, parameters, sizeof r->parameters);
    r->parameter = r->parameters[0];
    r->filled = true;
    r->note = "gate_filled";
    gate_pass(d);
    return true;
}
