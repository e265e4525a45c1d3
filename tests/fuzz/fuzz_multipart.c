/* rooms: web
 * length: 8000
 *
 * A form with files, its boundary in the first line. It is taken whole or not at all; texts are UTF-8; the bytes of a
 * file lie inside the body. */
#include "fuzz.h"

#include "web/form.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct str body = fuzz_bytes(data, size), line = {NULL, 0};
    (void)str_split(&body, '\n', &line);
    if (line.n == 0 || line.n > 70 || memchr(line.p, '\0', line.n))
        return 0;
    struct arena *arena = arena_new();
    struct form form;
    const char *boundary = arena_copy(arena, line.p, line.n);
    if (form_parse_multipart(&form, arena, body, boundary, 6000) == FORM_OK) {
        PROMISE(body.n <= 6000 && form.n <= FORM_FIELDS_MAX);
        for (size_t i = 0; i < form.n; i++) {
            const struct form_field *field = &form.fields[i];
            PROMISE(utf8_valid(field->name));
            if (field->file) {
                PROMISE(utf8_valid(str_of(field->file)));
                PROMISE(field->value.n == 0 ||
                        (field->value.p >= body.p && field->value.p + field->value.n <= body.p + body.n));
            } else {
                PROMISE(utf8_valid(field->value) && !utf8_has_control(field->value));
            }
        }
    } else {
        PROMISE(form.n == 0);
    }
    arena_free(arena);
    return 0;
}
