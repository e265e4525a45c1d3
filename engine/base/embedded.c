#include "base/embedded.h"

#include <string.h>

struct str embedded_find(const char *path) {
    for (size_t i = 0; i < embedded_count; i++)
        if (strcmp(embedded_files[i].path, path) == 0)
            return (struct str){embedded_files[i].begin, (size_t)(embedded_files[i].end - embedded_files[i].begin)};
    return (struct str){NULL, 0};
}
