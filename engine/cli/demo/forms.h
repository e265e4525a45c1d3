/* Reads the form of a page as a browser does: what would be sent, and what can be chosen. Only for our own pages. */
#ifndef READINESS_CLI_DEMO_FORMS_H
#define READINESS_CLI_DEMO_FORMS_H

#include "base/arena.h"
#include "base/str.h"

enum control_kind { CONTROL_HIDDEN, CONTROL_RADIO, CONTROL_CHECKBOX, CONTROL_TEXT, CONTROL_BUTTON };

struct control {
    enum control_kind kind;
    const char *name, *value;
    bool checked;
};

struct form {
    size_t n;
    struct control *controls; /* in the page's order */
};

/* The first form of the page whose action is `action`; NULL when there is none. */
struct form *form_read(struct arena *arena, struct str page, const char *action);
bool form_has(const struct form *form, const char *name);

#endif
