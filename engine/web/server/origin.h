/* Where a request comes from: the other end of the connection, or whom a proxy in front of us names. Only for counting
 * tries; kept in memory for a minute or an hour, hashed, and never written anywhere. */
#ifndef READINESS_WEB_ORIGIN_H
#define READINESS_WEB_ORIGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

enum { PROXIES_MAX = 16, ORIGIN_SIZE = 16 };

/* An address of IPv6, or one of IPv4 in its clothes (::ffff:192.0.2.1). */
struct origin {
    uint8_t bytes[ORIGIN_SIZE];
};

/* The proxies whose X-Forwarded-For is believed. */
struct proxies {
    size_t n;
    struct origin of[PROXIES_MAX];
};

/* Reads addresses with blanks or commas between them ("127.0.0.1 ::1"); false when one of them is none, or there are
 * more than PROXIES_MAX. */
bool proxies_read(struct proxies *out, const char *list);

/* The other end of a connection; all noughts when there is none to be had. */
struct origin origin_of(const struct sockaddr *address);
/* Whom `forwarded` (all X-Forwarded-For of the request, joined with commas; NULL: none) names, if `peer` is a proxy
 * that is believed: the last address in it that is no such proxy itself. Everything before that was written by who
 * knows whom. Else the peer. */
struct origin origin_named(const struct proxies *proxies, struct origin peer, const char *forwarded);

/* What tries are counted by: the address of IPv4, or of IPv6 the first half, which is what one household or office
 * has. */
uint64_t origin_network(const struct origin *origin);
/* Is it this very machine? Then it may be a proxy that nobody told us of, with everybody behind it. */
bool origin_is_here(const struct origin *origin);

#endif
