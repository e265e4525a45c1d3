/* The doctor on the machine: who can read the files, the clock, and memory that gets onto a disk. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "cli/doctor.h"
#include "store/accounts.h"

enum { DAY = 86400 };

static const char *mode_text(const struct doctor *d, mode_t mode) {
    return arena_printf(d->cli->arena, "%04o", (unsigned)(mode & 07777));
}

/* Nobody but its owner, who must be whoever runs the program. */
static bool is_private(struct doctor *d, const char *path, bool folder) {
    struct stat st;
    if (stat(path, &st) != 0)
        return true; /* not there: said elsewhere */
    if (st.st_uid != geteuid()) {
        TELL(d, HEALTH_WRONG, "owner", "file", path);
        return false;
    }
    /* a folder that others may look into, but whose files they cannot read, gives only names away */
    if (st.st_mode & (folder ? 022 : 077)) {
        TELL(d, HEALTH_WRONG, "mode", "file", path, "mode", mode_text(d, st.st_mode), "right",
             folder ? "0700" : "0600");
        return false;
    }
    if (folder && st.st_mode & 077) {
        TELL(d, HEALTH_ATTENTION, "mode", "file", path, "mode", mode_text(d, st.st_mode), "right", "0700");
        return false;
    }
    return true;
}

static bool keys_are_private(struct doctor *d, const char *folder) {
    DIR *dir = opendir(folder);
    bool all = true;
    for (const struct dirent *e; dir && (e = readdir(dir));) {
        const char *ending = strrchr(e->d_name, '.');
        if (ending && strcmp(ending, ".key") == 0)
            all = is_private(d, arena_printf(d->cli->arena, "%s/%s", folder, e->d_name), false) && all;
    }
    if (dir)
        closedir(dir);
    return all;
}

static void look_at_files(struct doctor *d) {
    const char *db = d->cli->settings->db;
    const char *keys = cli_full_path(d->cli, d->cli->settings->keys);
    char folder[4096];
    bool good = !store_find_folder(db, folder, sizeof folder) || is_private(d, cli_full_path(d->cli, folder), true);
    if (strncmp(db, "sqlite:", 7) == 0) {
        const char *path = cli_full_path(d->cli, db + 7);
        good = is_private(d, path, false) && good;
        good = is_private(d, arena_printf(d->cli->arena, "%s-wal", path), false) && good;
    }
    good = is_private(d, keys, true) && good;
    good = keys_are_private(d, keys) && good;
    if (good)
        TELL(d, HEALTH_OK, "private", "keys", keys);
}

/* The day on which this was built; a clock before it is wrong for certain. */
static const char *build_day(struct arena *arena) {
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec", date[] = __DATE__; /* "Jan  5 2027" */
    const char month[] = {date[0], date[1], date[2], '\0'};
    const int number = (int)(strstr(months, month) - months) / 3 + 1;
    return arena_printf(arena, "%s-%02d-%c%c", date + 7, number, date[4] == ' ' ? '0' : date[4], date[5]);
}

static void look_at_clock(struct doctor *d) {
    struct audit *last;
    struct timex t = {.modes = 0};
    size_t n = 0;
    const char *today = arena_string(d->cli->arena, clock_today().text);
    if (d->cli->store && store_list_audit(d->cli->store, d->cli->arena, NULL, 1, &last, &n) != RESULT_OK)
        n = 0;
    if (strcmp(today, build_day(d->cli->arena)) < 0)
        TELL(d, HEALTH_WRONG, "clock_past", "day", today);
    else if (n && last[0].time > clock_now() + DAY)
        TELL(d, HEALTH_WRONG, "clock_back", "day", today, "later", clock_day(last[0].time).text);
    else if (adjtimex(&t) == TIME_ERROR || t.status & STA_UNSYNC)
        TELL(d, HEALTH_ATTENTION, "clock_alone", "day", today);
    else
        TELL(d, HEALTH_OK, "clock", "day", today);
}

/* Is anything in use for swapping that is a plain partition or file? What is encrypted goes through the device mapper;
 * compressed memory is none. */
static bool swap_is_on(struct arena *arena) {
    FILE *file = fopen("/proc/swaps", "re");
    char line[4096];
    bool on = false;
    (void)arena;
    for (bool head = true; file && fgets(line, sizeof line, file); head = false)
        on = on || (!head && strncmp(line, "/dev/zram", 9) != 0 && strncmp(line, "/dev/dm-", 8) != 0 &&
                    strncmp(line, "/dev/mapper/", 12) != 0);
    if (file)
        fclose(file);
    return on;
}

static void look_at_memory(struct doctor *d) {
    struct rlimit core;
    if (getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_cur <= 1)
        TELL(d, HEALTH_OK, "core_off");
    else
        TELL(d, HEALTH_WRONG, "core_on");
    if (swap_is_on(d->cli->arena))
        TELL(d, HEALTH_ATTENTION, "swap_on");
    else
        TELL(d, HEALTH_OK, "swap_off");
}

void doctor_look_at_machine(struct doctor *d) {
    look_at_files(d);
    look_at_clock(d);
    look_at_memory(d);
}
