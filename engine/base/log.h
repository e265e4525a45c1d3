/* The log: key=value lines on stderr, with a systemd priority when not on a terminal; a value of more than a word
 * stands in quotes. Fields come from an allow-list, so that no address, token, e-mail or answer can get there by
 * accident: those below, and the event. */
#ifndef READINESS_BASE_LOG_H
#define READINESS_BASE_LOG_H

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };
enum log_field {
    LOG_ROUTE,  /* the route's template, never the path */
    LOG_STATUS, /* HTTP status */
    LOG_MILLISECONDS,
    LOG_WAVE, /* its label or number */
    LOG_COUNT,
    LOG_VERSION,
    LOG_REASON, /* a fixed word or a library's error name, never what a person typed */
    LOG_LISTEN,
    LOG_LINE, /* of the settings file */
};

void log_set_level(enum log_level level);
/* log_event(LOG_INFO, "served", LOG_ROUTE, "/s", LOG_STATUS, "200", -1): pairs of field and const char *, then -1. */
void log_event(enum log_level level, const char *event, ...);

#endif
