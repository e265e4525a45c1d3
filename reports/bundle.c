/* The workbooks of all organisations in one .zip. They are made one after the other beside the file and packed at the
 * end, unpressed: a workbook is a pressed file already. */
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <zip.h>

#include "base/file.h"
#include "reports/reports.h"

enum { NAME_MAX_BYTES = 120 /* with a folder in front still within Windows' 260 */ };

/* Names that Windows keeps for devices, whatever follows the first point. */
static bool is_device(const char *name) {
    static const char *const devices[] = {"con", "prn", "aux", "nul"};
    const size_t n = strcspn(name, ".");
    for (size_t i = 0; i < sizeof devices / sizeof *devices; i++)
        if (n == 3 && strncasecmp(name, devices[i], 3) == 0)
            return true;
    return n == 4 && (strncasecmp(name, "com", 3) == 0 || strncasecmp(name, "lpt", 3) == 0) && name[3] >= '0' &&
           name[3] <= '9';
}

const char *report_file_name(struct arena *arena, const char *code, const char *name) {
    char *text = arena_printf(arena, "%s%s%s", code, *name ? "-" : "", name);
    for (char *c = text; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 127 || strchr("<>:\"/\\|?*", *c))
            *c = '-';
    size_t n = strlen(text);
    if (n > NAME_MAX_BYTES)
        n = NAME_MAX_BYTES;
    while (n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80) /* never within a character */
        n--;
    while (n > 0 && (text[n - 1] == ' ' || text[n - 1] == '.'))
        n--;
    text[n] = '\0';
    return n == 0 || *text == '.' || is_device(text) ? arena_printf(arena, "_%s", text) : text;
}

struct bundle {
    const struct report_request *request;
    struct arena *arena;
    const struct organisation_head *heads;
    size_t n, made;
    const char **names;
};

static const char *part(const struct bundle *b, size_t i) {
    return arena_printf(b->arena, "%s.part-%zu", b->request->path, i);
}

static bool is_taken(const struct bundle *b, size_t n, const char *name) {
    for (size_t i = 0; i < n; i++)
        if (strcasecmp(b->names[i], name) == 0)
            return true;
    return false;
}

/* Two codes may differ only in what Windows does not tell apart. */
static void give_names(struct bundle *b) {
    for (size_t i = 0; i < b->n; i++) {
        const char *base = report_file_name(b->arena, b->heads[i].code, b->heads[i].name);
        const char *name = arena_printf(b->arena, "%s.xlsx", base);
        for (int k = 2; is_taken(b, i, name); k++)
            name = arena_printf(b->arena, "%s-%d.xlsx", base, k);
        b->names[i] = name;
    }
}

static enum result make_parts(struct bundle *b, struct findings *findings) {
    const struct report_request *r = b->request;
    enum result result = RESULT_OK;
    for (; result == RESULT_OK && b->made < b->n; b->made++) {
        struct report_request one = *r;
        one.path = part(b, b->made);
        one.progress = NULL;
        if (r->progress)
            r->progress(r->context, b->made, b->n + 1);
        result = report_organisation(&one, b->made, findings);
    }
    if (r->progress && result == RESULT_OK)
        r->progress(r->context, b->n, b->n + 1);
    return result;
}

static bool add(zip_t *zip, const char *path, const char *name) {
    zip_source_t *source = zip_source_file(zip, path, 0, -1);
    const zip_int64_t index = source ? zip_file_add(zip, name, source, ZIP_FL_ENC_UTF_8) : -1;
    if (source && index < 0)
        zip_source_free(source);
    return index >= 0 && zip_set_file_compression(zip, (zip_uint64_t)index, ZIP_CM_STORE, 0) == 0;
}

static enum result pack(struct bundle *b, struct findings *findings) {
    zip_t *zip = zip_open(b->request->path, ZIP_CREATE | ZIP_TRUNCATE, NULL);
    bool good = zip != NULL;
    for (size_t i = 0; good && i < b->n; i++)
        good = add(zip, part(b, i), b->names[i]);
    if (good && zip_close(zip) == 0) /* reads the parts, and puts the whole in its place */
        return RESULT_OK;
    if (zip)
        zip_discard(zip);
    finding_add(findings, SEVERITY_ERROR, (struct place){.file = b->request->path}, "workbook_not_written", "path",
                b->request->path, NULL);
    return RESULT_MACHINE;
}

enum result report_bundle(const struct report_request *request, struct findings *findings) {
    struct bundle b = {.request = request, .arena = arena_new()};
    b.n = results_organisations(request->results, &b.heads);
    b.names = arena_array(b.arena, b.n + 1, sizeof *b.names);
    give_names(&b);
    enum result result = make_parts(&b, findings);
    if (result == RESULT_OK)
        result = pack(&b, findings);
    for (size_t i = 0; i < b.made; i++)
        (void)remove(part(&b, i));
    arena_free(b.arena);
    return result;
}
