/* readiness instrument translate and readiness texts translate: a file with every text to translate, or an older one
 * brought up to date. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/embedded.h"
#include "base/file.h"
#include "base/ini.h"
#include "cli/cli.h"
#include "instrument/loader.h"
#include "instrument/translate.h"

static const char *number(struct cli *cli, size_t n) {
    return arena_printf(cli->arena, "%zu", n);
}

/* The comment that begins a new file. */
static const char *heading(struct cli *cli) {
    const char *text = "";
    for (int i = 1; i <= 3; i++)
        text = arena_printf(
            cli->arena, "%s%s; %s", text, i > 1 ? "\n" : "",
            texts_get(cli->texts, cli->language, arena_printf(cli->arena, "said.translate_heading.%d", i)));
    return text;
}

/* Writes one file and says what is in it. */
static enum result write_one(struct cli *cli, struct translation *t, const struct translatable *list, size_t n,
                             const char *file) {
    struct buf out = BUF_INIT;
    struct translation_counts counts;
    t->heading = heading(cli);
    t->unused_heading = arena_printf(cli->arena, "; %s", texts_get(cli->texts, cli->language, "said.translate_unused"));
    enum result result = translation_write(&out, cli->arena, t, list, n, &counts, cli->findings);
    if (result == RESULT_OK)
        result = file_write(cli_path(cli, file), buf_view(&out), 0644, cli->findings);
    if (result == RESULT_OK)
        cli_say(cli, "said.translate_written", "file", file, "texts", number(cli, counts.texts), "missing",
                number(cli, counts.missing), "changed", number(cli, counts.changed), "unused",
                number(cli, counts.unused));
    buf_free(&out);
    return result;
}

/* The older translation, when there is one. */
static enum result read_older(struct cli *cli, struct translation *t, const char *file) {
    t->old_name = file;
    return file_exists(cli_path(cli, file))
               ? file_read(&t->old, cli->arena, cli_path(cli, file), INI_FILE_MAX, cli->findings)
               : RESULT_OK;
}

/* The instrument without its translations: one of them may be what has to be put right. */
static enum result load_alone(struct cli *cli, const struct instrument **out, const char *path) {
    struct instrument_file file = {.language = ""};
    *out = NULL;
    enum result result = file_read(&file.text, cli->arena, path, INI_FILE_MAX, cli->findings);
    return result == RESULT_OK ? instrument_parse(out, path, &file, 1, cli->findings) : result;
}

/* Beside NAME.ini its NAME.<language>.ini, unless --out names another file. */
static const char *target(struct cli *cli, const char *path, const char *language) {
    const size_t n = strlen(path);
    if (cli_option(cli, "out"))
        return cli_option(cli, "out");
    return n > 4 && strcmp(path + n - 4, ".ini") == 0
               ? arena_printf(cli->arena, "%.*s.%s.ini", (int)n - 4, path, language)
               : arena_printf(cli->arena, "%s.%s", path, language);
}

/* As tags are usually written: "FR" is "fr", "pt-br" is "pt-BR". Else there could be two files for one language. */
static const char *usual_tag(struct cli *cli, const char *tag) {
    char *copy = arena_string(cli->arena, tag);
    size_t part = 0, begin = 0;
    for (size_t i = 0; copy[i]; i++) {
        if (copy[i] == '-') {
            part++;
            begin = i + 1;
            continue;
        }
        const bool region = part > 0 && strcspn(copy + begin, "-") == 2;
        copy[i] = (char)(region ? toupper((unsigned char)copy[i]) : tolower((unsigned char)copy[i]));
    }
    return copy;
}

enum result run_instrument_translate(struct cli *cli) {
    const char *path = cli_instrument_path(cli, cli->arguments[0]), *language = usual_tag(cli, cli->arguments[1]);
    struct translation t = {.to = language, .is_instrument = true};
    const struct instrument *instrument;
    size_t n;
    if (!language_is_tag(str_of(language)))
        return cli_refuse(cli, "translate_language", "value", language);
    if (instrument_is_translation(path))
        return cli_refuse(cli, "translate_translation", "value", cli->arguments[0]);
    enum result result = load_alone(cli, &instrument, path);
    if (result != RESULT_OK)
        return result;
    t.from = arena_string(cli->arena, instrument->languages[0]);
    if (strcasecmp(t.from, language) == 0)
        result = cli_refuse(cli, "translate_same", "value", language);
    const char *file = target(cli, path, language);
    if (result == RESULT_OK)
        result = read_older(cli, &t, file);
    const struct translatable *list = translatable_of(cli->arena, instrument, &n);
    if (result == RESULT_OK)
        result = write_one(cli, &t, list, n, file);
    instrument_release(instrument);
    return result;
}

static bool ends_in(const char *s, const char *ending) {
    const size_t n = strlen(s), m = strlen(ending);
    return n > m && strcmp(s + n - m, ending) == 0;
}

/* "x.one" beside an "x.other": English has these two forms, the language perhaps others. */
static bool is_plural(struct cli *cli, const struct ini_section *section, const char *key, const char *form) {
    const char *other = strcmp(form, "one") == 0 ? "other" : "one";
    if (!ends_in(key, arena_printf(cli->arena, ".%s", form)))
        return false;
    const char *beside = arena_printf(cli->arena, "%.*s%s", (int)(strlen(key) - strlen(form)), key, other);
    for (size_t i = 0; i < section->n_keys; i++)
        if (strcmp(section->keys[i].name, beside) == 0)
            return true;
    return false;
}

struct listing {
    struct cli *cli;
    const char *language;
    size_t n, capacity;
    struct translatable *list;
};

static void list_text(struct listing *l, const char *section, const char *key, const char *original) {
    l->list = arena_grow(l->cli->arena, l->list, l->n, &l->capacity, sizeof *l->list);
    l->list[l->n++] = (struct translatable){section, key, original};
}

static void list_key(struct listing *l, const struct ini_section *section, const struct ini_key *key) {
    const char *const *forms;
    const size_t n = texts_plural_forms(l->language, &forms);
    if (is_plural(l->cli, section, key->name, "one"))
        return; /* with its "other" */
    if (!is_plural(l->cli, section, key->name, "other")) {
        list_text(l, section->name, key->name, key->value);
        return;
    }
    const int stem = (int)(strlen(key->name) - strlen("other"));
    for (size_t i = 0; i < n; i++) {
        const char *original = key->value;
        for (size_t k = 0; strcmp(forms[i], "one") == 0 && k < section->n_keys; k++)
            if (strlen(section->keys[k].name) == (size_t)stem + 3 &&
                strncmp(section->keys[k].name, key->name, (size_t)stem) == 0 &&
                strcmp(section->keys[k].name + stem, "one") == 0)
                original = section->keys[k].value;
        list_text(l, section->name, arena_printf(l->cli->arena, "%.*s%s", stem, key->name, forms[i]), original);
    }
}

/* One file of the program's texts: `path` is the built-in English one, `known` the built-in one in the language. */
static enum result translate_file(struct cli *cli, const char *path, const char *known, const char *file) {
    struct translation t = {.from = "en", .to = cli->arguments[0], .free_section = "term"};
    struct listing l = {.cli = cli, .language = t.to};
    struct ini *english = NULL;
    enum result result = ini_parse(&english, cli->arena, path, embedded_find(path), cli->findings);
    for (size_t s = 0; english && s < english->n_sections; s++)
        for (size_t k = 0; k < english->sections[s].n_keys; k++)
            list_key(&l, &english->sections[s], &english->sections[s].keys[k]);
    if (result == RESULT_OK)
        result = read_older(cli, &t, file);
    if (result == RESULT_OK && !t.old.p)
        t.old = embedded_find(known), t.old_name = known;
    return result == RESULT_OK ? write_one(cli, &t, l.list, l.n, file) : result;
}

enum result run_texts_translate(struct cli *cli) {
    static const char english[] = "config/texts/en/";
    const char *language = cli->arguments[0], *folder = cli_option(cli, "out");
    const char *texts = arena_printf(cli->arena, "%s/texts", folder),
               *mail = arena_printf(cli->arena, "%s/mail", folder);
    if (!language_is_tag(str_of(language)))
        return cli_refuse(cli, "translate_language", "value", language);
    if (strcmp(language, "en") == 0)
        return cli_refuse(cli, "translate_same", "value", language);
    enum result result =
        file_make_folder(cli_path(cli, arena_printf(cli->arena, "%s/%s", texts, language)), 0755, cli->findings);
    if (result == RESULT_OK)
        result = file_make_folder(cli_path(cli, mail), 0755, cli->findings);
    for (size_t i = 0; i < embedded_count && result == RESULT_OK; i++) {
        const char *path = embedded_files[i].path;
        if (strncmp(path, english, sizeof english - 1) != 0)
            continue;
        const char *name = path + sizeof english - 1;
        result = translate_file(cli, path, arena_printf(cli->arena, "config/texts/%s/%s", language, name),
                                arena_printf(cli->arena, "%s/%s/%s", texts, language, name));
    }
    if (result == RESULT_OK)
        result = translate_file(cli, "config/mail/en.ini", arena_printf(cli->arena, "config/mail/%s.ini", language),
                                arena_printf(cli->arena, "%s/%s.ini", mail, language));
    if (result == RESULT_OK)
        cli_say(cli, "said.translate_use", "texts", texts, "mail", mail);
    return result;
}
