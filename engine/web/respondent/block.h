/* One thing on a page: the rating items of a construct, or a question. Native controls in fieldsets with legends. */
#ifndef READINESS_WEB_BLOCK_H
#define READINESS_WEB_BLOCK_H

#include "web/respondent/check.h"

enum block_place {
    BLOCK_IS_PAGE,    /* the first on a page without a label of its own: its label is the page's heading */
    BLOCK_ALONE,      /* the only one under the page's heading */
    BLOCK_OF_SEVERAL, /* has a heading of its own under the page's */
};

/* `p` may be NULL. For BLOCK_IS_PAGE, a construct's heading is left to the page; a question's stands in its legend. */
void block_write(struct interview *iv, const struct block *block, enum block_place place, const struct problems *p);
/* A hint in a paragraph of its own; `field` (may be NULL) is the field it describes, for the paragraph's id. */
void block_write_hint(struct interview *iv, const struct text *hint, const char *field);

#endif
