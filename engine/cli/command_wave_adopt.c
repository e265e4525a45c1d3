/* wave adopt: an open wave takes over other words of its instrument's file. wave wordings: which it had before. */
#include "cli/cli.h"
#include "collect/wordings.h"
#include "instrument/compare.h"
#include "instrument/library.h"

static void say_difference(struct cli *cli, const struct difference *d) {
    fprintf(cli->out, "    %s\n",
            texts_fill(cli->texts, cli->arena, cli->language, arena_printf(cli->arena, "work.see_diff_%s", d->code),
                       "subject", d->subject, "was", d->was, "is", d->is, NULL));
}

/* The wordings of before, each with what its words were and became. */
enum result run_wave_wordings(struct cli *cli) {
    struct assessment a;
    struct wave wave;
    struct wording *list;
    size_t n;
    enum result result = cli_assessment(cli, cli->arguments[0], &a);
    if (result == RESULT_OK)
        result = cli_wave(cli, &a, -1, &wave);
    if (result != RESULT_OK)
        return result;
    if (collect_list_wordings(cli->store, cli->arena, wave.id, &list, &n) != RESULT_OK)
        return cli_trouble(cli);
    if (n == 0)
        cli_say(cli, "said.wave_wordings_none", "label", wave.label);
    for (size_t i = 0; i < n; i++) {
        cli_say(cli, list[i].change.n ? "said.wave_wordings_until" : "said.wave_wordings_lost", "label", wave.label,
                "day", list[i].until);
        for (size_t k = 0; k < list[i].change.n; k++)
            say_difference(cli, &list[i].change.list[k]);
    }
    return RESULT_OK;
}

/* What would be taken over is shown before it is asked for; what cannot be is shown with the refusal. */
static enum result adopt(struct cli *cli, const struct assessment *a, const struct wave *wave,
                         const struct instrument *now) {
    const struct instrument *was = collect_instrument(cli->collect, wave);
    if (!was)
        return cli_trouble(cli);
    const struct comparison c = instrument_compare(cli->arena, was, now);
    if (c.n > 0)
        cli_say(cli, "said.wave_adopt_differences", "label", wave->label);
    for (size_t i = 0; i < c.n; i++)
        say_difference(cli, &c.list[i]);
    enum result result = RESULT_OK;
    if (comparison_is_words_only(&c) && !cli_confirmed(cli, "said.wave_adopt_confirm", wave->label))
        result = cli_refuse(cli, "not_confirmed", "value", wave->label);
    if (result == RESULT_OK)
        result = collect_adopt(cli->collect, wave, now, cli->arena, cli->findings);
    if (result == RESULT_OK) {
        cli_audit(cli, "wave_adopted", a->name, wave->label);
        cli_say(cli, "said.wave_adopted", "label", wave->label);
    }
    instrument_release(was);
    return result == RESULT_MACHINE ? cli_trouble(cli) : result;
}

enum result run_wave_adopt(struct cli *cli) {
    struct assessment a;
    struct wave wave;
    const struct instrument *now = NULL;
    enum result result = cli_assessment(cli, cli->arguments[0], &a);
    if (result == RESULT_OK)
        result = cli_wave(cli, &a, WAVE_OPEN, &wave);
    if (result == RESULT_OK)
        result = library_load(NULL, &now, a.instrument, LIBRARY_PIN, cli->findings);
    if (result == RESULT_OK)
        result = adopt(cli, &a, &wave, now);
    instrument_release(now);
    return result;
}
