/* An instrument from another system's file: uploaded, shown with the list of what did not come along, then taken away
 * as files, or, by an administrator, put into the instruments folder.
 *
 * Nothing is kept on the server between the steps: the page's forms carry the new files themselves, and whatever comes
 * back is checked again before it is written. */
#include <string.h>

#include "base/file.h"
#include "base/ini.h"
#include "exchange/exchange.h"
#include "instrument/loader.h"
#include "web/workspace/shelf.h"

enum { LISTED_MAX = 500, FILES_MAX = 24 };

static bool is_administrator(const struct desk *d) {
    return d->account.role == ROLE_ADMINISTRATOR;
}

/* --- The first step ------------------------------------------------------------------------------------------------*/

/* What is wrong with a row; what is wrong with the file as a whole stands on top of the page already. */
static void write_errors(struct desk *d) {
    for (size_t i = 0; i < findings_total(d->findings); i++) {
        const struct finding *f = findings_at(d->findings, i);
        if (f->severity == SEVERITY_ERROR && f->place.line > 0) {
            desk_findings(d);
            return;
        }
    }
}

static void show_start(struct desk *d, int status) {
    desk_style(d, "setup.css");
    desk_open(d, status, desk_words(d, "exchange_title"), TAB_NONE);
    write_errors(d);
    desk_paragraph(d, "exchange_how");
    desk_form_open(d, "/instruments/import", true);
    desk_field_file(d, "file", "exchange_file", "exchange_file_hint", ".xlsx,.csv,.txt,.tsv,.lss,.md");
    desk_field_text(d, "name", "exchange_name", "exchange_name_hint", "", 64);
    desk_field_text(d, "language", "exchange_language", "exchange_language_hint", "", 20);
    desk_button(d, "exchange_look", NULL, NULL);
    desk_form_close(d);
    desk_close(d);
}

void instrument_import_show(struct desk *d) {
    show_start(d, 200);
}

/* --- What came of it -----------------------------------------------------------------------------------------------*/

/* "x.ini", "x.fr.ini" */
static const char *file_of(struct desk *d, const char *name, const char *language) {
    return arena_printf(d->arena, "%s%s%s.ini", name, language[0] ? "." : "", language);
}

static const char *place_words(struct desk *d, const struct place *place) {
    const char *bracket = place->file ? strchr(place->file, '[') : NULL; /* a sheet: the file is known */
    const char *row = place->line > 0 ? arena_printf(d->arena, "%d", place->line) : "";
    if (!bracket)
        return row[0] ? row : desk_words(d, "exchange_everywhere");
    const char *sheet = arena_copy(d->arena, bracket + 1, strcspn(bracket + 1, "]"));
    return row[0] ? arena_printf(d->arena, "%s %s", sheet, row) : sheet;
}

static void write_list_of(struct desk *d, const struct findings *list, enum severity severity, const char *heading,
                          const char *caption) {
    const size_t total = findings_total(list);
    size_t shown = 0;
    if (findings_count(list, severity) == 0)
        return;
    desk_section(d, heading);
    html_markup(&d->screen.html, "<div class=row-says>");
    desk_table_open(d, caption);
    desk_table_head(d, "exchange_place", false);
    desk_table_head(d, "exchange_what", false);
    for (size_t i = 0; i < total && shown < LISTED_MAX; i++) {
        const struct finding *f = findings_at(list, i);
        if (f->severity != severity)
            continue;
        shown++;
        desk_row_open(d);
        desk_cell(d, place_words(d, &f->place));
        desk_cell(d, desk_sentence(d, f));
        desk_row_close(d);
    }
    desk_table_close(d);
    html_markup(&d->screen.html, "</div>");
    if (shown < findings_count(list, severity))
        desk_paragraph(d, "exchange_more");
}

static void carry(struct desk *d, const struct exchange_made *made) {
    desk_hidden(d, "name", made->name);
    for (size_t i = 0; i < made->n_files; i++) {
        desk_hidden(d, arena_printf(d->arena, "language.%zu", i), made->files[i].language);
        desk_hidden(d, arena_printf(d->arena, "text.%zu", i),
                    arena_copy(d->arena, made->files[i].text.p, made->files[i].text.n));
    }
}

static void write_files(struct desk *d, const struct exchange_made *made) {
    struct html *h = &d->screen.html;
    html_markup(h, "<div id=new-files>");
    desk_section(d, "exchange_files");
    desk_paragraph(d, is_administrator(d) ? "exchange_files_administrator" : "exchange_files_practitioner");
    desk_form_open(d, "/instruments/import", true);
    carry(d, made);
    for (size_t i = 0; i < made->n_files; i++) {
        html_markup(h, "<p>");
        desk_text(d, file_of(d, made->name, made->files[i].language));
        html_markup(h, " ");
        desk_button_second(d, "exchange_download", "download", arena_printf(d->arena, "%zu", i));
        html_markup(h, "</p>");
    }
    if (is_administrator(d))
        desk_button(d, "exchange_save", "save", "yes");
    desk_form_close(d);
    html_markup(h, "<details><summary>");
    desk_say(d, "exchange_text");
    html_markup(h, "</summary><pre class=command>");
    desk_text(d, arena_copy(d->arena, made->files[0].text.p, made->files[0].text.n));
    html_markup(h, "</pre></details></div>");
}

static void show_made(struct desk *d, int status, const struct exchange_made *made, const struct findings *list) {
    desk_style(d, "setup.css");
    desk_open(d, status, desk_fill(d, "exchange_made_title", "name", made->name, NULL), TAB_NONE);
    write_errors(d);
    if (list) {
        html_markup(&d->screen.html, "<p>");
        desk_text(d, desk_fill(d, "exchange_made", "kind", exchange_kind_names[made->kind], "lost",
                               desk_number(d, (double)findings_count(list, SEVERITY_WARNING), 0), "noted",
                               desk_number(d, (double)findings_count(list, SEVERITY_NOTE), 0), NULL));
        html_markup(&d->screen.html, "</p><p><a href=\"#new-files\">");
        desk_say(d, "exchange_files");
        html_markup(&d->screen.html, "</a></p>");
        write_list_of(d, list, SEVERITY_WARNING, "exchange_lost", "exchange_lost_table");
        write_list_of(d, list, SEVERITY_NOTE, "exchange_noted", "exchange_noted_table");
    }
    write_list_of(d, d->findings, SEVERITY_WARNING, "exchange_check", "exchange_check_table");
    write_files(d, made);
    desk_close(d);
}

static void take_upload(struct desk *d, const char *file, struct str bytes) {
    struct findings *list = findings_new();
    const char *name = desk_posted(d, "name", 64), *language = desk_posted(d, "language", 20);
    const struct exchange_source source = {.file = file,
                                           .bytes = bytes,
                                           .name = name[0] ? name : NULL,
                                           .language = language[0] ? language : NULL,
                                           .texts = d->screen.texts,
                                           .reader = d->screen.words};
    struct exchange_made made;
    bool good = exchange_import(&made, d->arena, &source, list, d->findings) == RESULT_OK;
    for (size_t i = 0; i < made.n_files && good; i++) {
        good = made.files[i].text.n < FORM_BODY_MAX; /* or the next step could not bring it back */
        if (!good)
            finding_add(d->findings, SEVERITY_ERROR, (struct place){NULL, 0, 0}, "exchange.carry_large", NULL);
    }
    if (good)
        show_made(d, 200, &made, list);
    else
        show_start(d, 422);
    findings_free(list);
}

/* --- Taking it away, or putting it on the shelf --------------------------------------------------------------------*/

static bool is_plain_name(const char *name) {
    return name[0] >= 'a' && name[0] <= 'z' && strlen(name) <= 64 &&
           name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_")] == '\0';
}

static bool is_plain_language(const char *language) {
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";
    return strlen(language) <= 20 && language[strspn(language, letters)] == '\0';
}

/* Browsers send line ends as CR LF. */
static struct str without_returns(struct desk *d, struct str text) {
    char *clean = arena_alloc(d->arena, text.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] != '\r')
            clean[n++] = text.p[i];
    return (struct str){clean, n};
}

/* What the forms carried, checked as a file from anywhere would be; false when it is no instrument. */
static bool take_carried(struct desk *d, struct exchange_made *made) {
    struct instrument_file *files = arena_array(d->arena, FILES_MAX, sizeof *files);
    const struct instrument *instrument = NULL;
    *made = (struct exchange_made){.name = desk_posted(d, "name", 64), .files = files};
    while (made->n_files < FILES_MAX) {
        struct str text;
        const char *key = arena_printf(d->arena, "text.%zu", made->n_files);
        if (form_get(&d->request->form, key, INI_FILE_MAX, &text) != FIELD_VALID || text.n == 0)
            break;
        const char *language = desk_posted(d, arena_printf(d->arena, "language.%zu", made->n_files), 20);
        if (!is_plain_language(language) || (made->n_files == 0) != (language[0] == '\0'))
            return false;
        files[made->n_files++] = (struct instrument_file){language, without_returns(d, text)};
    }
    if (!is_plain_name(made->name) || made->n_files == 0)
        return false;
    const enum result result =
        instrument_parse(&instrument, file_of(d, made->name, ""), files, made->n_files, d->findings);
    instrument_release(instrument);
    return result == RESULT_OK;
}

static void download(struct desk *d, const struct exchange_made *made) {
    long index;
    if (!str_to_long(str_of(desk_posted(d, "download", 3)), &index) || index < 0 || (size_t)index >= made->n_files) {
        desk_refuse(d, 404);
        return;
    }
    const struct instrument_file *file = &made->files[index];
    desk_download(d, file_of(d, made->name, file->language), "text/plain; charset=utf-8",
                  (struct str){arena_copy(d->arena, file->text.p, file->text.n), file->text.n});
}

static const char *path_of(struct desk *d, const struct exchange_made *made, size_t i) {
    return arena_printf(d->arena, "%s/%s", d->request->web->surveys, file_of(d, made->name, made->files[i].language));
}

/* Nothing that is there is written over; the instrument itself comes last, so that it is never there in part. */
static bool save(struct desk *d, const struct exchange_made *made) {
    for (size_t i = 0; i < made->n_files; i++) {
        if (file_exists(path_of(d, made, i))) {
            finding_add(d->findings, SEVERITY_ERROR, (struct place){NULL, 0, 0}, "exchange.save_exists", "value",
                        file_of(d, made->name, made->files[i].language), NULL);
            return false;
        }
    }
    struct findings *machine = findings_new(); /* names paths of the server, which are nobody's business here */
    bool good = true;
    for (size_t i = made->n_files; i-- > 0 && good;)
        good = file_write(path_of(d, made, i), made->files[i].text, 0644, machine) == RESULT_OK;
    findings_free(machine);
    if (!good)
        finding_add(d->findings, SEVERITY_ERROR, (struct place){NULL, 0, 0}, "exchange.save_refused", NULL);
    return good;
}

void instrument_import_handle(struct desk *d) {
    const char *file = "";
    const struct str bytes = desk_uploaded(d, "file", &file);
    struct exchange_made made;
    if (bytes.n > 0) {
        take_upload(d, file, bytes);
    } else if (!desk_posted(d, "download", 3)[0] && !desk_posted_is(d, "save", "yes")) {
        desk_wrong(d, "file", "exchange.no_file", NULL, NULL);
        show_start(d, 422);
    } else if (!take_carried(d, &made)) {
        show_start(d, 422);
    } else if (desk_posted(d, "download", 3)[0]) {
        download(d, &made);
    } else if (!is_administrator(d)) {
        desk_refuse(d, 403);
    } else if (save(d, &made)) {
        desk_audit(d, "instrument_imported", made.name);
        desk_redirect(d, desk_path(d, "instruments", made.name, NULL), "exchange_saved", NULL);
    } else {
        show_made(d, 409, &made, NULL);
    }
}
