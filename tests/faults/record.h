/* What reaches the disk, in the order in which it was asked for: a recording SQLite VFS for the database, and the calls
 * of base/file.c for keys (linked with --wrap). From the record, every state that a power cut may legally leave is
 * built. */
#ifndef READINESS_TESTS_RECORD_H
#define READINESS_TESTS_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum step_kind { STEP_CREATE, STEP_WRITE, STEP_TRUNCATE, STEP_SYNC, STEP_RENAME, STEP_REMOVE, STEP_SYNC_FOLDER };

enum { NAME_MAX_RECORDED = 96 };

struct step {
    enum step_kind kind;
    int file;                                            /* which file, by the order of creation; not by name */
    char name[NAME_MAX_RECORDED], to[NAME_MAX_RECORDED]; /* relative to the folder; `to` of a rename */
    int64_t at;                                          /* of a write; the size of a truncation */
    size_t n;
    unsigned char *bytes;
};

/* From now on everything below this folder is recorded. Call before the database is opened. */
void record_begin(const char *folder);
void record_end(void);
size_t record_steps(const struct step **steps);
/* How many steps there are so far: what is acknowledged now must be in every image from here on. */
size_t record_now(void);

/* How what is not yet synced is treated in an image. */
enum image_way {
    IMAGE_NOTHING, /* all of it is lost */
    IMAGE_ALL,     /* all of it has arrived */
    IMAGE_PREFIX,  /* the first so many changes of each file */
    IMAGE_SUBSET,  /* the ones with a bit in `mask` (of all files together, in order) */
    IMAGE_TORN,    /* any sector of 512 bytes may have arrived, or not, or be garbage of before */
};

struct image {
    size_t steps; /* made of the first so many steps */
    enum image_way way;
    uint64_t mask; /* also the seed of IMAGE_TORN */
};

/* How many changes are not synced after so many steps. */
size_t image_pending(size_t steps);
/* Writes the image into an empty folder. */
void image_write(const struct image *image, const char *folder);

#endif
