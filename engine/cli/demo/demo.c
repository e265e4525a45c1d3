/* readiness demo: the program's whole way of working on an invented example, then serving it. */
#include <string.h>

#include "base/embedded.h"
#include "base/file.h"
#include "cli/control.h"
#include "cli/demo/story.h"
#include "cli/serving.h"

static enum result tell_story(struct story *s) {
    enum result (*const steps[])(struct story *) = {story_prepare, story_first_wave, story_reports, story_second_wave,
                                                    story_tell};
    enum result result = RESULT_OK;
    for (size_t i = 0; result == RESULT_OK && i < sizeof steps / sizeof *steps; i++)
        result = steps[i](s);
    fflush(s->cli->out);
    return result;
}

static enum result serve_story(struct cli *cli, struct story *s, const sigset_t *signals) {
    struct server *server;
    struct server_options options = serving_options(cli);
    enum result result = server_start(&server, &options, cli->findings);
    if (result != RESULT_OK)
        return result;
    s->url = server_url(server);
    result = tell_story(s);
    if (result == RESULT_OK && !cli_option(cli, "stop")) {
        struct control *control = control_start(cli);
        cli_say(cli, "said.serve_started", "url", server_url(server));
        fflush(cli->out);
        (void)serving_wait(cli, signals);
        control_stop(control);
    }
    server_stop(server);
    return result;
}

enum result run_demo(struct cli *cli) {
    static const char path[] = "config/demo/demo.ini";
    const char *dir = cli_option(cli, "dir");
    struct story s = {.cli = cli, .folder = dir ? dir : "var/demo"};
    struct settings *settings = arena_alloc(cli->arena, sizeof *settings);
    struct ini *ini = NULL;
    sigset_t signals;
    *settings = *cli->settings;
    settings->db = arena_printf(cli->arena, "sqlite:%s/readiness.db", s.folder);
    settings->keys = arena_printf(cli->arena, "%s/keys", s.folder);
    cli->settings = settings;
    serving_block_signals(&signals);
    enum result result = file_make_folder(s.folder, 0755, cli->findings);
    if (result == RESULT_OK)
        result = ini_parse(&ini, cli->arena, path, embedded_find(path), cli->findings);
    s.ini = ini;
    if (result == RESULT_OK)
        result = store_open(&cli->store, settings->db, cli->findings);
    if (result != RESULT_OK)
        return result;
    result = collect_new(&cli->collect, cli->store, settings->keys, cli->findings);
    if (result == RESULT_OK)
        result = serve_story(cli, &s, &signals);
    instrument_release(s.instrument);
    collect_free(cli->collect);
    store_close(cli->store);
    return result == RESULT_MACHINE ? cli_trouble(cli) : result;
}
