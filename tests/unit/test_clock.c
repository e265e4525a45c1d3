/* rooms: base
 * Days in time zones, by the system's tz database. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/zone.h"

static int64_t utc(int year, int month, int day, int hour, int minute) {
    struct tm t = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day, .tm_hour = hour, .tm_min = minute};
    return (int64_t)timegm(&t);
}

static void a_day_in_toronto_ends_five_hours_after_utc_in_winter_and_four_in_summer(void **state) {
    (void)state;
    assert_string_equal(clock_local_day(utc(2027, 1, 31, 4, 59), "America/Toronto").text, "2027-01-30");
    assert_string_equal(clock_local_day(utc(2027, 1, 31, 5, 0), "America/Toronto").text, "2027-01-31");
    assert_string_equal(clock_local_day(utc(2027, 7, 31, 3, 59), "America/Toronto").text, "2027-07-30");
    assert_string_equal(clock_local_day(utc(2027, 7, 31, 4, 0), "America/Toronto").text, "2027-07-31");
}

static void clocks_in_toronto_change_at_two_in_the_morning(void **state) {
    (void)state;
    assert_int_equal(clock_offset(utc(2027, 3, 14, 6, 59), "America/Toronto"), -5 * 3600);
    assert_int_equal(clock_offset(utc(2027, 3, 14, 7, 0), "America/Toronto"), -4 * 3600);
    assert_int_equal(clock_offset(utc(2027, 11, 7, 5, 59), "America/Toronto"), -4 * 3600);
    assert_int_equal(clock_offset(utc(2027, 11, 7, 6, 0), "America/Toronto"), -5 * 3600);
    /* long after the table of transitions the rule behind it holds */
    assert_int_equal(clock_offset(utc(2061, 3, 13, 6, 59), "America/Toronto"), -5 * 3600);
    assert_int_equal(clock_offset(utc(2061, 3, 13, 7, 0), "America/Toronto"), -4 * 3600);
    assert_int_equal(clock_offset(utc(2061, 12, 31, 23, 59), "America/Toronto"), -5 * 3600);
}

static void kathmandu_is_five_hours_and_three_quarters_ahead(void **state) {
    (void)state;
    assert_int_equal(clock_offset(utc(2027, 6, 1, 0, 0), "Asia/Kathmandu"), 5 * 3600 + 45 * 60);
    assert_string_equal(clock_local_day(utc(2027, 6, 1, 18, 14), "Asia/Kathmandu").text, "2027-06-01");
    assert_string_equal(clock_local_day(utc(2027, 6, 1, 18, 15), "Asia/Kathmandu").text, "2027-06-02");
}

static void a_zone_south_of_the_equator_has_summer_over_new_year(void **state) {
    (void)state;
    assert_int_equal(clock_offset(utc(2045, 1, 1, 0, 0), "Australia/Sydney"), 11 * 3600);
    assert_int_equal(clock_offset(utc(2045, 7, 1, 0, 0), "Australia/Sydney"), 10 * 3600);
    assert_int_equal(clock_offset(utc(2045, 12, 31, 12, 0), "Australia/Sydney"), 11 * 3600);
}

static void utc_needs_no_database_and_unknown_zones_count_as_utc(void **state) {
    (void)state;
    assert_true(clock_timezone_good("UTC"));
    assert_true(clock_timezone_good("America/Toronto"));
    assert_true(clock_timezone_good("Europe/Paris"));
    assert_true(clock_timezone_good("America/Argentina/Buenos_Aires"));
    static const char *const wrong[] = {
        "",         "Atlantis/Capital", "../../../etc/passwd", "/etc/localtime",        "America",
        "America/", "zone.tab",         "America/Toronto ",    "EST5EDT,M3.2.0,M11.1.0"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_false(clock_timezone_good(wrong[i]));
        assert_string_equal(clock_local_day(utc(2027, 1, 31, 23, 59), wrong[i]).text, "2027-01-31");
    }
    assert_false(clock_timezone_good(NULL));
    assert_int_equal(clock_offset(0, NULL), 0);
}

/* The C library reads the same files with code of its own. */
static void every_hour_of_many_years_agrees_with_the_c_library(void **state) {
    (void)state;
    static const char *const zones[] = {"America/St_Johns", "Europe/Dublin",      "Africa/Casablanca", "Asia/Tehran",
                                        "Pacific/Chatham",  "America/Toronto",    "Asia/Kathmandu",    "Europe/Paris",
                                        "America/Nuuk",     "Australia/Lord_Howe"};
    for (size_t z = 0; z < sizeof zones / sizeof *zones; z++) {
        struct arena *arena = arena_new();
        struct str file;
        assert_int_equal(
            file_read(&file, arena, arena_printf(arena, "/usr/share/zoneinfo/%s", zones[z]), 1 << 16, NULL), RESULT_OK);
        setenv("TZ", zones[z], 1);
        tzset();
        for (int64_t t = utc(1975, 1, 1, 0, 0); t < utc(2060, 1, 1, 0, 0); t += 3600 * 7) {
            time_t seconds = (time_t)t;
            struct tm parts;
            int offset = 0;
            localtime_r(&seconds, &parts);
            assert_true(zone_offset(file, t, &offset));
            if (offset != (int)parts.tm_gmtoff)
                fail_msg("%s at %lld: %d, the C library says %ld", zones[z], (long long)t, offset, parts.tm_gmtoff);
        }
        arena_free(arena);
    }
    unsetenv("TZ");
    tzset();
}

static void rules_may_count_days_in_each_of_the_three_ways(void **state) {
    (void)state;
    int offset;
    assert_true(zone_rule_offset(str_of("<+0330>-3:30"), 0, &offset));
    assert_int_equal(offset, 12600);
    assert_true(zone_rule_offset(str_of("AAA3BBB,J60/0,J300/0"), utc(2028, 3, 1, 2, 59), &offset));
    assert_int_equal(offset, -10800);
    assert_true(zone_rule_offset(str_of("AAA3BBB,J60/0,J300/0"), utc(2028, 3, 1, 3, 0), &offset));
    assert_int_equal(offset, -7200);
    assert_true(zone_rule_offset(str_of("AAA3BBB,59/0,299/0"), utc(2028, 2, 29, 3, 0), &offset));
    assert_int_equal(offset, -7200);
    static const char *const wrong[] = {
        "",      "A",          "AAA", "AAA3BBB", "AAA3BBB,M13.1.0,M11.1.0", "AAA3BBB,M3.2.0", "AAA3BBB,M3.2.0,M11.1.0,",
        "<AAA3", "AAA3BBB,X,Y"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(zone_rule_offset(str_of(wrong[i]), 0, &offset));
}

static void a_broken_file_is_refused_wherever_it_ends(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct str file;
    int offset;
    assert_int_equal(file_read(&file, arena, "/usr/share/zoneinfo/America/Toronto", 1 << 16, NULL), RESULT_OK);
    for (size_t n = 0; n < file.n; n++) {
        char *part = mem_alloc(n ? n : 1); /* exactly so long that a step too far is noticed */
        memcpy(part, file.p, n);
        (void)zone_offset((struct str){part, n}, utc(2050, 7, 1, 0, 0), &offset);
        for (size_t k = 20; k < 44 && k < n; k++) { /* counts that are too large */
            char kept = part[k];
            part[k] = (char)0xff;
            (void)zone_offset((struct str){part, n}, 0, &offset);
            part[k] = kept;
        }
        free(part);
    }
    assert_false(zone_offset((struct str){file.p, 43}, 0, &offset));
    assert_false(zone_offset(str_of("not a zone, but long enough to be looked at as one"), 0, &offset));
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_day_in_toronto_ends_five_hours_after_utc_in_winter_and_four_in_summer),
        cmocka_unit_test(clocks_in_toronto_change_at_two_in_the_morning),
        cmocka_unit_test(kathmandu_is_five_hours_and_three_quarters_ahead),
        cmocka_unit_test(a_zone_south_of_the_equator_has_summer_over_new_year),
        cmocka_unit_test(utc_needs_no_database_and_unknown_zones_count_as_utc),
        cmocka_unit_test(every_hour_of_many_years_agrees_with_the_c_library),
        cmocka_unit_test(rules_may_count_days_in_each_of_the_three_ways),
        cmocka_unit_test(a_broken_file_is_refused_wherever_it_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
