#include "base/zone.h"

#include <ctype.h>
#include <string.h>

/* Counts of a TZif header, and the block behind it. */
struct block {
    const unsigned char *times, *kinds, *types, *end;
    size_t n_times, n_types, width; /* width: bytes of a time */
    char version;
};

static uint32_t number32(const unsigned char *p) {
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int64_t time_at(const struct block *b, size_t i) {
    const unsigned char *p = b->times + i * b->width;
    return b->width == 4 ? (int32_t)number32(p) : (int64_t)((uint64_t)number32(p) << 32 | number32(p + 4));
}

static bool read_block(const unsigned char *p, const unsigned char *end, size_t width, struct block *out) {
    enum { HEADER = 44 };
    if (end - p < HEADER || memcmp(p, "TZif", 4) != 0)
        return false;
    size_t utc = number32(p + 20), standard = number32(p + 24), leaps = number32(p + 28), times = number32(p + 32),
           types = number32(p + 36), letters = number32(p + 40);
    size_t most = (size_t)(end - p) - HEADER; /* the counts are small or wrong: no product can overflow */
    if (utc > most || standard > most || leaps > most || times > most || types > most || letters > most || types == 0)
        return false;
    size_t size = times * (width + 1) + types * 6 + letters + leaps * (width + 4) + standard + utc;
    if (size > most)
        return false;
    *out = (struct block){.times = p + HEADER,
                          .kinds = p + HEADER + times * width,
                          .types = p + HEADER + times * (width + 1),
                          .end = p + HEADER + size,
                          .n_times = times,
                          .n_types = types,
                          .width = width,
                          .version = (char)p[4]};
    return true;
}

static bool type_offset(const struct block *b, size_t type, int *offset) {
    if (type >= b->n_types)
        return false;
    *offset = (int32_t)number32(b->types + type * 6);
    return true;
}

bool zone_offset(struct str file, int64_t seconds, int *offset) {
    const unsigned char *p = (const unsigned char *)file.p, *end = p + file.n;
    struct block b;
    if (!read_block(p, end, 4, &b))
        return false;
    bool modern = b.version >= '2';
    if (modern && !read_block(b.end, end, 8, &b))
        return false;
    size_t low = 0, high = b.n_times; /* how many transitions are not later */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (time_at(&b, middle) <= seconds)
            low = middle + 1;
        else
            high = middle;
    }
    const unsigned char *rule = b.end + 1, *last = b.end < end ? memchr(rule, '\n', (size_t)(end - rule)) : NULL;
    if (modern && low == b.n_times && last && last > rule)
        return zone_rule_offset((struct str){(const char *)rule, (size_t)(last - rule)}, seconds, offset);
    return type_offset(&b, low ? b.kinds[low - 1] : 0, offset);
}

/* The pieces of a rule: each takes its part off the front of `s`. */
static bool take_char(struct str *s, char c) {
    if (!s->n || *s->p != c)
        return false;
    s->p++;
    s->n--;
    return true;
}

static bool take_number(struct str *s, int *out) {
    size_t digits = 0;
    for (*out = 0; s->n && isdigit((unsigned char)*s->p) && digits < 4; s->p++, s->n--, digits++)
        *out = *out * 10 + (*s->p - '0');
    return digits > 0;
}

static bool take_name(struct str *s) {
    bool quoted = take_char(s, '<');
    size_t n = 0;
    while (s->n && (quoted ? *s->p != '>' : isalpha((unsigned char)*s->p))) {
        s->p++;
        s->n--;
        n++;
    }
    return n >= 3 && (!quoted || take_char(s, '>'));
}

/* [+-]hh[:mm[:ss]] in seconds. */
static bool take_time(struct str *s, int *out) {
    int sign = take_char(s, '-') ? -1 : 1, unit = 3600, part;
    if (sign > 0)
        (void)take_char(s, '+');
    for (*out = 0; unit; unit /= 60) {
        if (!take_number(s, &part))
            return false;
        *out += sign * part * unit;
        if (unit == 1 || !take_char(s, ':'))
            break;
    }
    return true;
}

/* Days since 1970 of a date (proleptic Gregorian calendar). */
static int64_t days_of(int64_t year, int month, int day) {
    int64_t y = month <= 2 ? year - 1 : year; /* years beginning in March, so that leap days come last */
    int64_t era = (y >= 0 ? y : y - 399) / 400, in_era = y - era * 400;
    int64_t in_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year - 719468;
}

static int64_t year_of(int64_t seconds) {
    int64_t days = seconds / 86400 - (seconds % 86400 < 0), year = 1970 + days / 366;
    while (days_of(year, 1, 1) > days)
        year--;
    while (days_of(year + 1, 1, 1) <= days)
        year++;
    return year;
}

/* The day of ",Mm.w.d", ",Jn" or ",n" in a year, and its "/time". In seconds of local time since 1970. */
static bool take_change(struct str *s, int64_t year, int64_t *out) {
    int month, week, weekday, number, time = 7200;
    int64_t day;
    bool leap = days_of(year + 1, 1, 1) - days_of(year, 1, 1) == 366;
    if (!take_char(s, ','))
        return false;
    if (take_char(s, 'M')) {
        if (!take_number(s, &month) || !take_char(s, '.') || !take_number(s, &week) || !take_char(s, '.') ||
            !take_number(s, &weekday) || month < 1 || month > 12 || week < 1 || week > 5 || weekday > 6)
            return false;
        int64_t first = days_of(year, month, 1);
        int64_t next = month == 12 ? days_of(year + 1, 1, 1) : days_of(year, month + 1, 1);
        int64_t first_weekday = ((first + 4) % 7 + 7) % 7; /* 1 January 1970 was a Thursday */
        day = first + (weekday - first_weekday + 7) % 7 + ((int64_t)week - 1) * 7;
        if (day >= next)
            day -= 7;
    } else if (take_char(s, 'J')) { /* 29 February is never counted */
        if (!take_number(s, &number))
            return false;
        day = days_of(year, 1, 1) + number - 1 + (leap && number >= 60);
    } else {
        if (!take_number(s, &number))
            return false;
        day = days_of(year, 1, 1) + number;
    }
    if (take_char(s, '/') && !take_time(s, &time))
        return false;
    *out = day * 86400 + time;
    return true;
}

bool zone_rule_offset(struct str rule, int64_t seconds, int *offset) {
    int standard, summer;
    int64_t begins, ends;
    if (!take_name(&rule) || !take_time(&rule, &standard))
        return false;
    *offset = -standard; /* a rule counts westward */
    if (!rule.n)
        return true;
    if (!take_name(&rule))
        return false;
    summer = standard - 3600;
    if (rule.n && *rule.p != ',' && !take_time(&rule, &summer))
        return false;
    int64_t year = year_of(seconds - standard);
    if (!take_change(&rule, year, &begins) || !take_change(&rule, year, &ends) || rule.n)
        return false;
    begins += standard;
    ends += summer;
    bool is_summer = begins < ends ? seconds >= begins && seconds < ends : seconds >= begins || seconds < ends;
    if (is_summer)
        *offset = -summer;
    return true;
}
