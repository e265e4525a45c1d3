/* What the pages about instruments share. For instruments.c, instrument.c and instrument_preview.c only. */
#ifndef READINESS_WEB_SHELF_H
#define READINESS_WEB_SHELF_H

#include "instrument/instrument.h"
#include "web/workspace/differences.h"
#include "web/workspace/see_pages.h"
#include "web/workspace/setup.h"

/* A file of the surveys folder as it stands on disk at this moment. */
struct shelved {
    struct setup_instrument file; /* its instrument is NULL when there are errors */
    struct findings *findings;
};
/* The file that the path's {name} means; false when there is none, with the page written. Give it back. */
bool shelved_find(struct desk *d, struct shelved *out);
/* The same for one of the shelf; the file's own reference goes over. */
struct shelved shelved_of(struct desk *d, struct setup_instrument file);
void shelved_release(struct shelved *s);

/* The waves that were begun with this file, of all assessments that this person may see, newest first. */
struct use {
    struct assessment assessment;
    struct wave wave;
};
bool shelved_uses(struct desk *d, const struct shelved *s, struct use **out, size_t *n);

#endif
