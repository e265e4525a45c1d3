/* The same promises on both stores: a program that gives its list to run_on_both runs it on SQLite first, then on a
 * PostgreSQL server that it starts for itself in a temporary folder, and ends. Where there is no server to start, that
 * is a failure, unless READINESS_WITHOUT_POSTGRES is set. */
#ifndef READINESS_TESTS_BOTH_STORES_H
#define READINESS_TESTS_BOTH_STORES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <glob.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/sql/database.h"
#include "store/store.h"

static struct {
    bool used; /* the list runs on it now */
    char folder[64], bin[256];
    pid_t pid;
    int databases;
} server;

/* A child that is no root, and that ends with us. */
static inline pid_t start_program(const char *const *arguments) {
    const struct passwd *user = getuid() == 0 ? getpwnam("postgres") : NULL;
    const pid_t pid = fork();
    if (pid != 0)
        return pid;
    const int nothing = open("/dev/null", O_RDWR);
    if ((getuid() == 0 && (!user || setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0)) || chdir("/tmp") != 0)
        _exit(126);
    prctl(PR_SET_PDEATHSIG, SIGQUIT);
    unsetenv("LD_PRELOAD");
    for (int i = 0; i < 3 && !getenv("READINESS_POSTGRES_SAYS"); i++)
        dup2(nothing, i);
    execv(arguments[0], (char *const *)arguments);
    _exit(127);
}

static inline bool run_program(const char *const *arguments) {
    int status = 1;
    const pid_t pid = start_program(arguments);
    return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

static inline bool find_server(void) {
    glob_t found;
    const bool there = glob("/usr/lib/postgresql/*/bin", 0, NULL, &found) == 0;
    if (there)
        snprintf(server.bin, sizeof server.bin, "%s", found.gl_pathv[found.gl_pathc - 1]);
    globfree(&found);
    return there;
}

static inline void url_on_server(char *out, size_t n, const char *database) {
    snprintf(out, n, "postgresql:///%s?folder=%s/var&host=%s&user=readiness", database, server.folder, server.folder);
}

static inline bool run_on_server(const char *sql) {
    char info[160];
    snprintf(info, sizeof info, "host=%s user=readiness dbname=postgres", server.folder);
    PGconn *connection = PQconnectdb(info);
    PGresult *answer = PQexec(connection, sql);
    const bool good = PQresultStatus(answer) == PGRES_COMMAND_OK;
    if (!good)
        print_error("%s: %s\n", sql, PQerrorMessage(connection));
    PQclear(answer);
    PQfinish(connection);
    return good;
}

static inline bool serve(void) {
    char program[300], data[96], info[160];
    snprintf(program, sizeof program, "%s/postgres", server.bin);
    snprintf(data, sizeof data, "%s/data", server.folder);
    snprintf(info, sizeof info, "host=%s user=readiness dbname=postgres", server.folder);
    server.pid =
        start_program((const char *[]){program, "-D", data, "-k", server.folder, "-c", "listen_addresses=", "-c",
                                       "fsync=off", "-c", "max_connections=50", "-c", "shared_buffers=16MB", NULL});
    for (int tries = 0; tries < 600 && waitpid(server.pid, NULL, WNOHANG) == 0; tries++) {
        if (PQping(info) == PQPING_OK)
            return true;
        usleep(50000);
    }
    return false;
}

static inline bool start_server(void) {
    char program[300], data[96];
    const struct passwd *user = getpwnam("postgres");
    strcpy(server.folder, "/tmp/readiness-server-XXXXXX");
    if (!find_server() || !mkdtemp(server.folder))
        return false;
    if (getuid() == 0 && (!user || chown(server.folder, user->pw_uid, user->pw_gid) != 0))
        return false;
    snprintf(program, sizeof program, "%s/initdb", server.bin);
    snprintf(data, sizeof data, "%s/data", server.folder);
    return run_program((const char *[]){program, "-D", data, "-A", "trust", "-U", "readiness", "-E", "UTF8",
                                        "--locale=C.UTF-8", "--no-sync", NULL}) &&
           serve();
}

static inline void end_server(int how) {
    if (server.pid > 0) {
        kill(server.pid, how);
        waitpid(server.pid, NULL, 0);
        server.pid = 0;
    }
}

static inline void remove_server(void) {
    char command[128];
    end_server(SIGINT);
    snprintf(command, sizeof command, "rm -rf %s", server.folder);
    if (server.folder[0] && system(command) != 0)
        print_error("%s is left\n", server.folder);
}

/* How often these bytes are in files below a folder. */
static inline size_t count_in_folder(const char *folder, const char *needle) {
    static char bytes[4 << 20];
    DIR *open_folder = opendir(folder);
    const size_t length = strlen(needle);
    size_t found = 0;
    if (!open_folder)
        return 0;
    for (const struct dirent *e; (e = readdir(open_folder));) {
        char path[600];
        struct stat st;
        snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        if (e->d_name[0] == '.' || stat(path, &st) != 0)
            continue;
        if (S_ISDIR(st.st_mode)) {
            found += count_in_folder(path, needle);
            continue;
        }
        FILE *file = fopen(path, "rb");
        size_t kept = 0;
        for (size_t n; file && (n = fread(bytes + kept, 1, sizeof bytes - kept, file)) > 0;) {
            n += kept;
            for (char *at = bytes; (at = memmem(at, n - (size_t)(at - bytes), needle, length)); at += length)
                found++;
            kept = n < length ? n : length - 1;
            memmove(bytes, bytes + n - kept, kept);
        }
        if (file)
            fclose(file);
    }
    closedir(open_folder);
    return found;
}

/* How often these bytes are in what the database keeps its tables in; not in the server's journal. */
static inline size_t count_on_disk(const char *folder, const char *needle) {
    char data[96];
    if (!server.used)
        return count_in_folder(folder, needle);
    assert_true(run_on_server("CHECKPOINT"));
    snprintf(data, sizeof data, "%s/data/base", server.folder);
    return count_in_folder(data, needle);
}

/* The address of a new database for a test: in this folder, or on the server. */
static inline bool new_database(char *url, size_t n, const char *folder) {
    char name[32], sql[64];
    if (!server.used) {
        snprintf(url, n, "sqlite:%s/r.db", folder);
        return true;
    }
    snprintf(name, sizeof name, "t%d", ++server.databases);
    snprintf(sql, sizeof sql, "CREATE DATABASE %s", name);
    url_on_server(url, n, name);
    return run_on_server(sql);
}

/* Somebody else changes the newest database. */
static inline void change_behind(const char *folder, const char *sql) {
    char where[160];
    if (server.used) {
        snprintf(where, sizeof where, "host=%s user=readiness dbname=t%d", server.folder, server.databases);
        PGconn *connection = PQconnectdb(where);
        PGresult *answer = PQexec(connection, sql);
        if (PQresultStatus(answer) != PGRES_COMMAND_OK && PQresultStatus(answer) != PGRES_TUPLES_OK)
            fail_msg("%s: %s", sql, PQerrorMessage(connection));
        PQclear(answer);
        PQfinish(connection);
        return;
    }
    sqlite3 *db;
    snprintf(where, sizeof where, "%s/r.db", folder);
    assert_int_equal(sqlite3_open_v2(where, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

/* A test leaves none behind: others look for bytes on the disk. */
static inline void drop_database(void) {
    char sql[64];
    snprintf(sql, sizeof sql, "DROP DATABASE IF EXISTS t%d", server.databases);
    if (server.used)
        (void)run_on_server(sql);
}

/* Everything in the rows of a query, as text: columns with spaces between them, rows with line ends. */
static inline void read_rows(struct store *s, const char *sql, struct buf *out) {
    struct database *db = store_reader(s);
    assert_non_null(db);
    struct statement *q = database_statement(db, sql);
    while (statement_step(q) == STEP_ROW)
        for (int i = 0, n = q->driver->columns(q); i < n; i++) {
            if (q->driver->kind(q, i) == COLUMN_NUMBER)
                buf_integer(out, column_long(q, i));
            else
                buf_str(out, column_view(q, i));
            buf_char(out, i + 1 == n ? '\n' : ' ');
        }
    store_reader_done(s, db);
}

static inline int64_t read_number(struct store *s, const char *sql) {
    int64_t n = -1;
    struct database *db = store_reader(s);
    assert_non_null(db);
    assert_int_equal(statement_number(database_statement(db, sql), -1, &n), RESULT_OK);
    store_reader_done(s, db);
    return n;
}

#define run_on_both(tests) run_list(tests, sizeof(tests) / sizeof *(tests), true)
#define run_on_postgres(tests) run_list(tests, sizeof(tests) / sizeof *(tests), false)

static inline int run_list(const struct CMUnitTest *tests, size_t n, bool both) {
    int failed = both ? _cmocka_run_group_tests("on SQLite", tests, n, NULL, NULL) : 0;
    if (getenv("READINESS_WITHOUT_POSTGRES"))
        return failed;
    server.used = start_server();
    if (server.used)
        failed += _cmocka_run_group_tests("on PostgreSQL", tests, n, NULL, NULL);
    else
        print_error("no PostgreSQL server could be started\n");
    remove_server();
    return server.used ? failed : failed + 1;
}

#endif
