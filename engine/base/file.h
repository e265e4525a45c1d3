/* Whole files. */
#ifndef READINESS_BASE_FILE_H
#define READINESS_BASE_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/finding.h"
#include "base/result.h"
#include "base/str.h"

/* Reads a regular file of at most `max` bytes into the arena (a zero byte follows it). */
enum result file_read(struct str *out, struct arena *arena, const char *path, size_t max,
                      struct findings *findings) MUST_CHECK;
/* Writes a file whole or not at all: temporary file beside it, fsync, rename, fsync of the folder. */
enum result file_write(const char *path, struct str content, mode_t mode, struct findings *findings) MUST_CHECK;
/* Gives a finished file its name: fsync, a rename that takes nobody's place, fsync of the folder. RESULT_INPUT with the
 * finding "file_exists_already" when there is such a file. */
enum result file_put_in_place(const char *from, const char *path, struct findings *findings) MUST_CHECK;
/* The same, in the place of whatever has that name. */
enum result file_replace(const char *from, const char *path, struct findings *findings) MUST_CHECK;
/* A secret of `n` bytes under this path (0600), made at random by whoever asks first: all who share the folder have the
 * same one, also those who ask at once. At most 60 bytes. */
enum result file_shared_secret(const char *path, uint8_t *out, size_t n, struct findings *findings) MUST_CHECK;
/* Makes a folder and its parents. */
enum result file_make_folder(const char *path, mode_t mode, struct findings *findings) MUST_CHECK;
/* Overwrites, removes and fsyncs the folder: for keys. Missing is fine. */
enum result file_destroy(const char *path, struct findings *findings) MUST_CHECK;
/* The same for what is behind the first `from` bytes; they stay, also when it is cut short. */
enum result file_destroy_from(const char *path, size_t from, struct findings *findings) MUST_CHECK;
bool file_exists(const char *path);
/* The folder a file lies in, in the arena: "." when the path names none. */
const char *file_folder(struct arena *arena, const char *path);
/* Does `path` lie in `folder` or anywhere below it, once links and ".." are followed? What is not there yet is looked
 * for in the nearest folder that is. False when the folder is not there. */
bool file_is_inside(const char *path, const char *folder);
/* The part after the last slash. */
const char *file_name(const char *path);

#endif
