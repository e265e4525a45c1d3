/* Where requests of other programs come in. */
#ifndef READINESS_WEB_API_ENTRY_H
#define READINESS_WEB_API_ENTRY_H

#include "web/server/request.h"

/* Is this address one for programs, whether or not there is a row for it? */
bool api_is_path(const char *path);
/* Takes a request of a row for programs on: it waits for a worker thread. On the event loop. */
void api_enter(struct request *r);
/* Problem details for requests that are refused before that. */
void api_refuse(struct request *r, int status);

#endif
