/* Whole files. */
#ifndef READINESS_BASE_FILE_H
#define READINESS_BASE_FILE_H

#include <stdbool.h>
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
/* Makes a folder and its parents. */
enum result file_make_folder(const char *path, mode_t mode, struct findings *findings) MUST_CHECK;
/* Overwrites, removes and fsyncs the folder: for keys. Missing is fine. */
enum result file_destroy(const char *path, struct findings *findings) MUST_CHECK;
bool file_exists(const char *path);
/* The part after the last slash. */
const char *file_name(const char *path);

#endif
