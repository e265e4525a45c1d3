#include "web/server/origin.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static struct origin of_v4(const struct in_addr *address) {
    struct origin o;
    memcpy(o.bytes, mapped, sizeof mapped);
    memcpy(o.bytes + sizeof mapped, address, 4);
    return o;
}

static bool is_v4(const struct origin *o) {
    return memcmp(o->bytes, mapped, sizeof mapped) == 0;
}

/* `n` characters that should be an address, as it is written down. */
static bool read_address(struct origin *out, const char *text, size_t n) {
    char copy[INET6_ADDRSTRLEN];
    struct in_addr v4;
    if (n == 0 || n >= sizeof copy)
        return false;
    memcpy(copy, text, n);
    copy[n] = '\0';
    if (inet_pton(AF_INET, copy, &v4) == 1) {
        *out = of_v4(&v4);
        return true;
    }
    return inet_pton(AF_INET6, copy, out->bytes) == 1;
}

bool proxies_read(struct proxies *out, const char *list) {
    static const char between[] = " ,\t";
    out->n = 0;
    for (list += strspn(list, between); *list; list += strspn(list, between)) {
        const size_t n = strcspn(list, between);
        if (out->n == PROXIES_MAX || !read_address(&out->of[out->n], list, n))
            return false;
        out->n++;
        list += n;
    }
    return true;
}

static bool is_believed(const struct proxies *proxies, const struct origin *o) {
    for (size_t i = 0; i < proxies->n; i++)
        if (memcmp(&proxies->of[i], o, sizeof *o) == 0)
            return true;
    return false;
}

struct origin origin_of(const struct sockaddr *address) {
    struct origin o = {{0}};
    if (address && address->sa_family == AF_INET)
        o = of_v4(&((const struct sockaddr_in *)(const void *)address)->sin_addr);
    else if (address && address->sa_family == AF_INET6)
        memcpy(o.bytes, &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr, sizeof o.bytes);
    return o;
}

struct origin origin_named(const struct proxies *proxies, struct origin peer, const char *forwarded) {
    size_t end = forwarded ? strlen(forwarded) : 0;
    while (end > 0 && is_believed(proxies, &peer)) {
        size_t start = end;
        while (start > 0 && forwarded[start - 1] != ',')
            start--;
        size_t from = start, to = end;
        while (from < to && strchr(" \t", forwarded[from]))
            from++;
        while (to > from && strchr(" \t", forwarded[to - 1]))
            to--;
        if (!read_address(&peer, forwarded + from, to - from))
            break;
        end = start > 0 ? start - 1 : 0;
    }
    return peer;
}

uint64_t origin_network(const struct origin *o) {
    uint64_t network = 0;
    if (is_v4(o))
        memcpy(&network, o->bytes + sizeof mapped, 4);
    else
        memcpy(&network, o->bytes, sizeof network);
    return network;
}

bool origin_is_here(const struct origin *o) {
    static const uint8_t loopback[ORIGIN_SIZE] = {[15] = 1};
    return is_v4(o) ? o->bytes[12] == 127 : memcmp(o->bytes, loopback, sizeof loopback) == 0;
}
