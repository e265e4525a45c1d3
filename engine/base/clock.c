#include "base/clock.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/zone.h"

static _Atomic int64_t set_to = -1;

void clock_set(int64_t seconds) {
    set_to = seconds;
}

int64_t clock_now(void) {
    int64_t fixed = set_to;
    return fixed >= 0 ? fixed : (int64_t)time(NULL);
}

int64_t clock_monotonic(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

struct day clock_day(int64_t seconds) {
    time_t t = (time_t)seconds;
    struct tm parts;
    struct day d = {""};
    if (gmtime_r(&t, &parts))
        strftime(d.text, sizeof d.text, "%Y-%m-%d", &parts);
    return d;
}

struct day clock_today(void) {
    return clock_day(clock_now());
}

static bool is_zone_name(const char *s) {
    size_t n = strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/_+-");
    return n > 0 && n <= 60 && !s[n] && s[0] != '/' && s[n - 1] != '/' && !strstr(s, "//");
}

static bool local_offset(const char *zone, int64_t seconds, int *offset) {
    struct str file;
    *offset = 0;
    if (!zone || !is_zone_name(zone))
        return false;
    if (strcmp(zone, "UTC") == 0)
        return true;
    struct arena *arena = arena_new();
    const char *path = arena_printf(arena, "/usr/share/zoneinfo/%s", zone);
    bool good = file_read(&file, arena, path, 64 << 10, NULL) == RESULT_OK && zone_offset(file, seconds, offset);
    arena_free(arena);
    return good;
}

bool clock_timezone_good(const char *zone) {
    int offset;
    return local_offset(zone, 0, &offset);
}

int clock_offset(int64_t seconds, const char *zone) {
    int offset;
    return local_offset(zone, seconds, &offset) ? offset : 0;
}

struct day clock_local_day(int64_t seconds, const char *zone) {
    return clock_day(seconds + clock_offset(seconds, zone));
}

/* Seconds at the day's beginning; false if it is no date. */
static bool day_start(const char *s, int64_t *seconds) {
    int year, month, day, used = 0;
    if (strlen(s) != 10 || sscanf(s, "%4d-%2d-%2d%n", &year, &month, &day, &used) != 3 || used != 10)
        return false;
    struct tm parts = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day};
    time_t t = timegm(&parts);
    *seconds = (int64_t)t;
    return strcmp(clock_day((int64_t)t).text, s) == 0; /* 31 June comes back as 1 July */
}

bool clock_is_day(const char *s) {
    int64_t seconds;
    return day_start(s, &seconds);
}

struct day clock_add_days(struct day d, int days) {
    int64_t seconds = 0;
    (void)day_start(d.text, &seconds);
    return clock_day(seconds + (int64_t)days * 86400);
}
