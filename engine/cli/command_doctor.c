/* doctor: everything that whoever runs the server must know, at a glance. */
#include "base/json.h"
#include "cli/doctor.h"

static const char *const names[] = {"ok", "attention", "wrong", "note"};

void doctor_add(struct doctor *d, enum health health, const char *code, const char *sentence) {
    d->lines = arena_grow(d->cli->arena, d->lines, d->n, &d->capacity, sizeof *d->lines);
    d->lines[d->n++] = (struct doctor_line){health, code, sentence};
}

void doctor_add_findings(struct doctor *d, enum health health, const struct findings *findings) {
    for (size_t i = 0; i < findings_total(findings); i++) {
        const struct finding *f = findings_at(findings, i);
        struct buf sentence = BUF_INIT;
        if (f->place.file)
            buf_printf(&sentence, "%s: ", f->place.file);
        finding_sentence(&sentence, f, d->cli->texts, d->cli->language);
        doctor_add(d, f->severity == SEVERITY_ERROR ? health : HEALTH_ATTENTION, arena_string(d->cli->arena, f->code),
                   arena_copy(d->cli->arena, sentence.p, sentence.n));
        buf_free(&sentence);
    }
}

static void write_json(const struct doctor *d) {
    struct buf b = BUF_INIT;
    struct json_writer w = {.out = &b};
    json_open(&w, '[');
    for (size_t i = 0; i < d->n; i++) {
        json_open(&w, '{');
        json_key(&w, "state");
        json_text(&w, names[d->lines[i].health]);
        json_key(&w, "code");
        json_text(&w, d->lines[i].code);
        json_key(&w, "message");
        json_text(&w, d->lines[i].sentence);
        json_close(&w, '}');
    }
    json_close(&w, ']');
    fprintf(d->cli->out, "%s\n", b.p);
    buf_free(&b);
}

static void write_text(const struct doctor *d) {
    const struct cli *cli = d->cli;
    size_t width = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *word = texts_get(cli->texts, cli->language, arena_printf(cli->arena, "doctor.state_%s", names[i]));
        const size_t n = utf8_length(str_of(word));
        width = n > width ? n : width;
    }
    for (size_t i = 0; i < d->n; i++) {
        const char *word = texts_get(cli->texts, cli->language,
                                     arena_printf(cli->arena, "doctor.state_%s", names[d->lines[i].health]));
        fprintf(cli->out, "%s%*s%s\n", word, (int)(width - utf8_length(str_of(word)) + 2), "", d->lines[i].sentence);
    }
}

enum result run_doctor(struct cli *cli) {
    struct doctor d = {.cli = cli, .kept = {.day = ""}};
    struct findings *opening = cli->findings; /* why the database could not be opened, if so */
    cli->findings = findings_new();
    TELL(&d, HEALTH_OK, "version", "version", READINESS_VERSION);
    doctor_add_findings(&d, HEALTH_WRONG, opening);
    findings_free(opening);
    doctor_look_at_data(&d);
    doctor_look_at_machine(&d);
    doctor_look_at_reach(&d);
    if (cli_format_is(cli, "json"))
        write_json(&d);
    else
        write_text(&d);
    bool wrong = false;
    for (size_t i = 0; i < d.n; i++)
        wrong = wrong || d.lines[i].health == HEALTH_WRONG;
    return wrong ? RESULT_INPUT : RESULT_OK;
}
