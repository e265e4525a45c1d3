#include "base/embedded.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct str embedded_find(const char *path) {
    for (size_t i = 0; i < embedded_count; i++)
        if (strcmp(embedded_files[i].path, path) == 0)
            return (struct str){embedded_files[i].begin, (size_t)(embedded_files[i].end - embedded_files[i].begin)};
    return (struct str){NULL, 0};
}

/* Whole pages: what lies beside it may be in use. */
void embedded_leave(const struct embedded_file *f) {
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    const uintptr_t begin = ((uintptr_t)f->begin + page - 1) / page * page, end = (uintptr_t)f->end / page * page;
    if (begin < end)
        (void)madvise((void *)begin, end - begin, MADV_DONTNEED);
}
