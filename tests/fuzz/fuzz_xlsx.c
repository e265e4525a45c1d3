/* rooms: exchange instrument base
 * length: 12000
 * short: 1000
 *
 * The parts of a workbook, each behind a line "%%" and a line with its name; the zip around them is made here with
 * right checksums, so that every byte tried reaches the readers of the XML; see import.h. */
#include "import.h"

static struct texts *texts;
static uint32_t table[256];

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc;
    (void)argv;
    texts = fuzz_texts();
    for (uint32_t i = 0; i < 256; i++) {
        table[i] = i;
        for (int k = 0; k < 8; k++)
            table[i] = table[i] & 1 ? table[i] >> 1 ^ 0xEDB88320U : table[i] >> 1;
    }
    return 0;
}

static uint32_t checksum(struct str s) {
    uint32_t sum = 0xFFFFFFFFU;
    for (size_t i = 0; i < s.n; i++)
        sum = sum >> 8 ^ table[(sum ^ (unsigned char)s.p[i]) & 255];
    return ~sum;
}

static void put(struct buf *b, uint64_t value, int bytes) {
    for (int i = 0; i < bytes; i++, value >>= 8)
        buf_char(b, (char)(value & 255));
}

/* What the head before the bytes and the entry in the directory have in common. */
static void put_entry(struct buf *b, struct str name, struct str content) {
    put(b, 20, 2);
    put(b, 0, 8); /* flags, stored, time */
    put(b, checksum(content), 4);
    put(b, content.n, 4);
    put(b, content.n, 4);
    put(b, name.n, 2);
    put(b, 0, 2);
}

static void add_part(struct buf *zip, struct buf *directory, struct str name, struct str content) {
    const size_t at = zip->n;
    buf_bytes(zip, "PK\3\4", 4);
    put_entry(zip, name, content);
    buf_str(zip, name);
    buf_str(zip, content);
    buf_bytes(directory, "PK\1\2", 4);
    put(directory, 20, 2);
    put_entry(directory, name, content);
    put(directory, 0, 10); /* comment, disk, attributes */
    put(directory, at, 4);
    buf_str(directory, name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct buf zip = BUF_INIT, directory = BUF_INIT;
    struct str rest = fuzz_bytes(data, size);
    size_t n = 0;
    for (; rest.n > 0 && n < 60; n++) {
        struct str content = fuzz_part(&rest), name = {NULL, 0};
        if (!str_split(&content, '\n', &name))
            break;
        add_part(&zip, &directory, name, content);
    }
    const size_t at = zip.n;
    buf_str(&zip, buf_view(&directory));
    buf_bytes(&zip, "PK\5\6\0\0\0", 8);
    put(&zip, n, 2);
    put(&zip, n, 2);
    put(&zip, directory.n, 4);
    put(&zip, at, 4);
    put(&zip, 0, 2);
    char *exact = malloc(zip.n); /* so that reading one byte too far is seen */
    PROMISE(exact);
    memcpy(exact, zip.p, zip.n);
    fuzz_import(texts, "form.xlsx", (struct str){exact, zip.n});
    free(exact);
    buf_free(&zip);
    buf_free(&directory);
    return 0;
}
