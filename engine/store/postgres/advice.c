/* What whoever runs the server should set, and why: each row is asked of the session, since a setting may be made for
 * the server, the database or the role. The sentences are doctor.server_* of the texts. */
#include <string.h>

#include "store/postgres/postgres.h"

static const struct {
    const char *code;
    bool grave;
    const char *sql; /* 1 when it is as it should be */
} advice[] = {
#define SETTING(code, grave, name, test)                                                                               \
    { code, grave, "SELECT CASE WHEN (SELECT setting FROM pg_settings WHERE name = '" name "') " test " THEN 1 END" }
    /* who answered when, and what was sent to the server, must not be in its files */
    SETTING("commit_timestamps", true, "track_commit_timestamp", "= 'off'"),
    SETTING("log_statement", true, "log_statement", "IN ('none', 'ddl')"),
    {"log_parameters", true,
     "SELECT CASE WHEN current_setting('log_parameter_max_length_on_error') IN ('0', '0B') AND"
     " (current_setting('log_parameter_max_length') IN ('0', '0B') OR (current_setting('log_min_duration_statement') ="
     " '-1' AND current_setting('log_min_duration_sample') = '-1' AND current_setting('log_transaction_sample_rate') ="
     " '0')) THEN 1 END"},
    SETTING("log_details", false, "log_error_verbosity", "= 'terse'"),
    {"extensions", true, /* which libraries are loaded is not for everybody to see; the settings that they bring are */
     "SELECT CASE WHEN NOT EXISTS (SELECT 1 FROM pg_settings WHERE name ~ '^(auto_explain|pgaudit)[.]') THEN 1 END"},
    /* whoever else gets the rows keeps them in the order in which they came */
    {"publications", true, "SELECT CASE WHEN NOT EXISTS (SELECT 1 FROM pg_publication) THEN 1 END"},
    SETTING("logical", false, "wal_level", "<> 'logical'"),
    /* what was deleted must go, from the tables and from the journal */
    {"deferred", true,
     "SELECT CASE WHEN NOT EXISTS (SELECT 1 FROM pg_settings WHERE name = 'vacuum_defer_cleanup_age' AND setting <> "
     "'0')"
     " THEN 1 END"},
    SETTING("archive", false, "archive_mode", "= 'off'"),
    SETTING("recycle", false, "wal_recycle", "= 'off'"),
    SETTING("kept", false, "wal_keep_size", "= '0'"),
    {"switch", false, PG_MAY_SWITCH},
    {"slots", false, "SELECT CASE WHEN NOT EXISTS (SELECT 1 FROM pg_replication_slots WHERE NOT active) THEN 1 END"},
    {"standby_away", true, /* of other people's sessions it is not for us to see more */
     "SELECT CASE WHEN NOT EXISTS (SELECT 1 FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
     " AND now() - query_start > interval '5 seconds') AND (current_setting('synchronous_standby_names') = ''"
     " OR EXISTS (SELECT 1 FROM pg_stat_replication)) THEN 1 END"},
    SETTING("checksums", false, "data_checksums", "= 'on'"),
    {"superuser", false, "SELECT CASE WHEN NOT rolsuper THEN 1 END FROM pg_roles WHERE rolname = current_user"},
};

/* Over a network only within TLS. */
static bool is_covered(struct pg_database *db) {
    const char *host = PQhost(db->connection);
    static const char *const here[] = {"", "localhost", "127.0.0.1", "::1"};
    if (PQsslInUse(db->connection) || !host || host[0] == '/')
        return true;
    for (size_t i = 0; i < sizeof here / sizeof *here; i++)
        if (strcmp(host, here[i]) == 0)
            return true;
    return false;
}

/* Does the address name several servers, so that another can take over? */
static bool has_another(struct pg_database *db) {
    PQconninfoOption *options = PQconninfo(db->connection);
    bool several = false;
    for (const PQconninfoOption *o = options; o && o->keyword; o++)
        if (o->val && (strcmp(o->keyword, "host") == 0 || strcmp(o->keyword, "hostaddr") == 0))
            several = several || strchr(o->val, ',');
    PQconninfoFree(options);
    return several;
}

void pg_advise(struct pg_database *db, struct arena *arena, struct store_condition *out) {
    struct store_advice *list = arena_array(arena, sizeof advice / sizeof *advice + 2, sizeof *list);
    size_t n = 0;
    for (size_t i = 0; i < sizeof advice / sizeof *advice; i++)
        if (pg_number(db, advice[i].sql, 0) != 1)
            list[n++] = (struct store_advice){advice[i].code, advice[i].grave};
    if (!is_covered(db))
        list[n++] = (struct store_advice){"plain", true};
    if (has_another(db) && pg_number(db, "SELECT 1 WHERE current_setting('synchronous_standby_names') = ''", 0) == 1)
        list[n++] = (struct store_advice){"standby", false};
    out->advice = list;
    out->n_advice = n;
}
