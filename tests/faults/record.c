#include "record.h"

#include <assert.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/random.h"

enum { FILES_MAX = 400, OPEN_MAX = 1024, SECTOR = 512 };

static struct {
    pthread_mutex_t mutex;
    bool on;
    char folder[128];
    struct step *steps;
    size_t n, capacity;
    int n_files;
    char names[FILES_MAX][NAME_MAX_RECORDED]; /* what each file is called now; "" when it is gone */
    int of_descriptor[OPEN_MAX];              /* file + 1 of base/file.c's descriptors; -1, -2 for the folders */
} record = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static const char *relative(const char *path) {
    size_t n = strlen(record.folder);
    return record.on && path && strncmp(path, record.folder, n) == 0 && path[n] == '/' ? path + n + 1 : NULL;
}

static int file_named(const char *name) {
    for (int i = 0; i < record.n_files; i++)
        if (strcmp(record.names[i], name) == 0)
            return i;
    return -1;
}

/* Of the two folders, the one that holds this name: 0 the database's, 1 the keys'. */
static int folder_of(const char *name) {
    return strchr(name, '/') != NULL;
}

/* With the mutex held. */
static struct step *add(enum step_kind kind, int file) {
    if (record.n == record.capacity) {
        record.capacity = record.capacity ? record.capacity * 2 : 1024;
        record.steps = realloc(record.steps, record.capacity * sizeof *record.steps);
        assert(record.steps);
    }
    struct step *s = &record.steps[record.n++];
    *s = (struct step){.kind = kind, .file = file};
    if (file >= 0)
        snprintf(s->name, sizeof s->name, "%s", record.names[file]);
    return s;
}

static int created(const char *name) {
    int file = file_named(name);
    if (file >= 0)
        return file;
    assert(record.n_files < FILES_MAX);
    file = record.n_files++;
    snprintf(record.names[file], NAME_MAX_RECORDED, "%s", name);
    add(STEP_CREATE, file);
    return file;
}

static void wrote(int file, const void *p, size_t n, int64_t at) {
    struct step *s = add(STEP_WRITE, file);
    s->bytes = malloc(n ? n : 1);
    assert(s->bytes);
    memcpy(s->bytes, p, n);
    s->n = n;
    s->at = at;
}

static void removed(const char *name) {
    const int file = file_named(name);
    if (file < 0)
        return;
    add(STEP_REMOVE, file);
    record.names[file][0] = '\0';
}

/* The VFS: the system's own, with a look over its shoulder. */
struct seen {
    sqlite3_file base;
    int file; /* -1: not recorded */
    sqlite3_file *own;
};

static sqlite3_vfs *own_vfs;

#define OWN(f) (((struct seen *)(f))->own)

static int vfs_close(sqlite3_file *f) {
    return OWN(f)->pMethods ? OWN(f)->pMethods->xClose(OWN(f)) : SQLITE_OK;
}
static int vfs_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at) {
    return OWN(f)->pMethods->xRead(OWN(f), p, n, at);
}
static int vfs_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at) {
    const int file = ((struct seen *)f)->file;
    pthread_mutex_lock(&record.mutex);
    if (record.on && file >= 0)
        wrote(file, p, (size_t)n, at);
    pthread_mutex_unlock(&record.mutex);
    return OWN(f)->pMethods->xWrite(OWN(f), p, n, at);
}
static int vfs_truncate(sqlite3_file *f, sqlite3_int64 size) {
    const int file = ((struct seen *)f)->file;
    pthread_mutex_lock(&record.mutex);
    if (record.on && file >= 0)
        add(STEP_TRUNCATE, file)->at = size;
    pthread_mutex_unlock(&record.mutex);
    return OWN(f)->pMethods->xTruncate(OWN(f), size);
}
/* What it promises holds when it returns, not before. */
static int vfs_sync(sqlite3_file *f, int flags) {
    const int file = ((struct seen *)f)->file;
    int code = OWN(f)->pMethods->xSync(OWN(f), flags);
    pthread_mutex_lock(&record.mutex);
    if (record.on && file >= 0 && code == SQLITE_OK)
        add(STEP_SYNC, file);
    pthread_mutex_unlock(&record.mutex);
    return code;
}
static int vfs_size(sqlite3_file *f, sqlite3_int64 *size) {
    return OWN(f)->pMethods->xFileSize(OWN(f), size);
}
static int vfs_lock(sqlite3_file *f, int level) {
    return OWN(f)->pMethods->xLock(OWN(f), level);
}
static int vfs_unlock(sqlite3_file *f, int level) {
    return OWN(f)->pMethods->xUnlock(OWN(f), level);
}
static int vfs_reserved(sqlite3_file *f, int *out) {
    return OWN(f)->pMethods->xCheckReservedLock(OWN(f), out);
}
static int vfs_control(sqlite3_file *f, int op, void *argument) {
    return OWN(f)->pMethods->xFileControl(OWN(f), op, argument);
}
static int vfs_sector(sqlite3_file *f) {
    return OWN(f)->pMethods->xSectorSize(OWN(f));
}
/* Nothing beyond the letter: neither that a sector is written whole, nor that what was there before stays as it is. */
static int vfs_promises(sqlite3_file *f) {
    (void)f;
    return 0;
}
static int vfs_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **out) {
    return OWN(f)->pMethods->xShmMap(OWN(f), page, size, extend, out);
}
static int vfs_shm_lock(sqlite3_file *f, int offset, int n, int flags) {
    return OWN(f)->pMethods->xShmLock(OWN(f), offset, n, flags);
}
static void vfs_shm_barrier(sqlite3_file *f) {
    OWN(f)->pMethods->xShmBarrier(OWN(f));
}
static int vfs_shm_unmap(sqlite3_file *f, int flag) {
    return OWN(f)->pMethods->xShmUnmap(OWN(f), flag);
}

static const sqlite3_io_methods methods = {2,
                                           vfs_close,
                                           vfs_read,
                                           vfs_write,
                                           vfs_truncate,
                                           vfs_sync,
                                           vfs_size,
                                           vfs_lock,
                                           vfs_unlock,
                                           vfs_reserved,
                                           vfs_control,
                                           vfs_sector,
                                           vfs_promises,
                                           vfs_shm_map,
                                           vfs_shm_lock,
                                           vfs_shm_barrier,
                                           vfs_shm_unmap,
                                           NULL,
                                           NULL};

static int vfs_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *f, int flags, int *out) {
    struct seen *s = (struct seen *)f;
    (void)vfs;
    s->own = (sqlite3_file *)(s + 1);
    s->file = -1;
    const bool there = path && access(path, F_OK) == 0;
    int code = own_vfs->xOpen(own_vfs, path, s->own, flags, out);
    s->base.pMethods = s->own->pMethods ? &methods : NULL;
    pthread_mutex_lock(&record.mutex);
    const char *name = relative(path);
    if (code == SQLITE_OK && name && (there || access(path, F_OK) == 0))
        s->file = created(name);
    pthread_mutex_unlock(&record.mutex);
    return code;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *path, int sync) {
    (void)vfs;
    int code = own_vfs->xDelete(own_vfs, path, sync);
    pthread_mutex_lock(&record.mutex);
    const char *name = relative(path);
    if (name && code == SQLITE_OK)
        removed(name);
    pthread_mutex_unlock(&record.mutex);
    return code;
}

/* SQLite opens a folder only in order to sync it. */
static int (*open_folder)(const char *path, int *fd);

static int seen_open_folder(const char *path, int *fd) {
    int code = open_folder(path, fd);
    pthread_mutex_lock(&record.mutex);
    if (code == SQLITE_OK && relative(path))
        add(STEP_SYNC_FOLDER, -1)->at = folder_of(relative(path));
    pthread_mutex_unlock(&record.mutex);
    return code;
}

void record_begin(const char *folder) {
    static sqlite3_vfs ours;
    own_vfs = sqlite3_vfs_find(NULL);
    ours = *own_vfs;
    ours.zName = "recording";
    ours.szOsFile = (int)sizeof(struct seen) + own_vfs->szOsFile;
    ours.xOpen = vfs_open;
    ours.xDelete = vfs_delete;
    open_folder = (int (*)(const char *, int *))own_vfs->xGetSystemCall(own_vfs, "openDirectory");
    own_vfs->xSetSystemCall(own_vfs, "openDirectory", (sqlite3_syscall_ptr)seen_open_folder);
    sqlite3_vfs_register(&ours, 1);
    snprintf(record.folder, sizeof record.folder, "%s", folder);
    record.on = true;
}

void record_end(void) {
    pthread_mutex_lock(&record.mutex);
    record.on = false;
    pthread_mutex_unlock(&record.mutex);
    sqlite3_vfs_register(own_vfs, 1);
}

size_t record_steps(const struct step **steps) {
    *steps = record.steps;
    return record.n;
}

size_t record_now(void) {
    pthread_mutex_lock(&record.mutex);
    size_t n = record.n;
    pthread_mutex_unlock(&record.mutex);
    return n;
}

/* base/file.c, as the linker leads it here. */
int __real_open(const char *path, int flags, ...);
int __real_mkostemp(char *path, int flags);
int __real_close(int fd);
ssize_t __real_write(int fd, const void *p, size_t n);
ssize_t __real_pwrite(int fd, const void *p, size_t n, off_t at);
int __real_fsync(int fd);
int __real_rename(const char *from, const char *to);
int __real_unlink(const char *path);
int __wrap_open(const char *path, int flags, int mode);
int __wrap_mkostemp(char *path, int flags);
int __wrap_close(int fd);
ssize_t __wrap_write(int fd, const void *p, size_t n);
ssize_t __wrap_pwrite(int fd, const void *p, size_t n, off_t at);
int __wrap_fsync(int fd);
int __wrap_rename(const char *from, const char *to);
int __wrap_unlink(const char *path);

static int descriptor_of(int fd, const char *path, bool folder) {
    pthread_mutex_lock(&record.mutex);
    const char *name = relative(path);
    if (fd >= 0 && fd < OPEN_MAX)
        record.of_descriptor[fd] = 0;
    if (fd >= 0 && fd < OPEN_MAX && folder && record.on && strncmp(path, record.folder, strlen(record.folder)) == 0)
        record.of_descriptor[fd] = name && *name ? -2 : -1;
    else if (fd >= 0 && fd < OPEN_MAX && name)
        record.of_descriptor[fd] = created(name) + 1;
    pthread_mutex_unlock(&record.mutex);
    return fd;
}

int __wrap_open(const char *path, int flags, int mode) {
    return descriptor_of(__real_open(path, flags, mode), path, flags & O_DIRECTORY);
}

int __wrap_mkostemp(char *path, int flags) {
    int fd = __real_mkostemp(path, flags); /* which makes the name */
    return descriptor_of(fd, path, false);
}

int __wrap_close(int fd) {
    if (fd >= 0 && fd < OPEN_MAX)
        record.of_descriptor[fd] = 0;
    return __real_close(fd);
}

static void seen_write(int fd, const void *p, ssize_t n, int64_t at) {
    pthread_mutex_lock(&record.mutex);
    if (record.on && n > 0 && fd < OPEN_MAX && record.of_descriptor[fd] > 0)
        wrote(record.of_descriptor[fd] - 1, p, (size_t)n, at);
    pthread_mutex_unlock(&record.mutex);
}

ssize_t __wrap_write(int fd, const void *p, size_t n) {
    const off_t at = fd < OPEN_MAX && record.of_descriptor[fd] > 0 ? lseek(fd, 0, SEEK_CUR) : 0;
    ssize_t done = __real_write(fd, p, n);
    seen_write(fd, p, done, at);
    return done;
}

ssize_t __wrap_pwrite(int fd, const void *p, size_t n, off_t at) {
    ssize_t done = __real_pwrite(fd, p, n, at);
    seen_write(fd, p, done, at);
    return done;
}

int __wrap_fsync(int fd) {
    int code = __real_fsync(fd);
    pthread_mutex_lock(&record.mutex);
    const int of = record.on && code == 0 && fd < OPEN_MAX ? record.of_descriptor[fd] : 0;
    if (of > 0)
        add(STEP_SYNC, of - 1);
    else if (of < 0)
        add(STEP_SYNC_FOLDER, -1)->at = -of - 1;
    pthread_mutex_unlock(&record.mutex);
    return code;
}

int __wrap_rename(const char *from, const char *to) {
    int code = __real_rename(from, to);
    pthread_mutex_lock(&record.mutex);
    const char *name = relative(from), *other = relative(to);
    const int file = name && other ? file_named(name) : -1;
    if (code == 0 && file >= 0) {
        const int before = file_named(other);
        if (before >= 0)
            record.names[before][0] = '\0';
        struct step *s = add(STEP_RENAME, file);
        snprintf(s->to, sizeof s->to, "%s", other);
        snprintf(record.names[file], NAME_MAX_RECORDED, "%s", other);
    }
    pthread_mutex_unlock(&record.mutex);
    return code;
}

int __wrap_unlink(const char *path) {
    int code = __real_unlink(path);
    pthread_mutex_lock(&record.mutex);
    if (code == 0 && relative(path))
        removed(relative(path));
    pthread_mutex_unlock(&record.mutex);
    return code;
}

/* Images. */
struct content {
    unsigned char *bytes;
    size_t n, room;
    char name[NAME_MAX_RECORDED]; /* in the folder; "" when it has no entry */
};

struct building {
    const struct image *image;
    struct content files[FILES_MAX];
    size_t last_sync[FILES_MAX]; /* the step after the file's last sync */
    size_t last_folder_sync[2];
    size_t pending;
    struct simulation_random random;
};

static void grow(struct content *c, size_t n) {
    if (n > c->room) {
        c->room = n * 2;
        c->bytes = realloc(c->bytes, c->room);
        assert(c->bytes);
    }
    if (n > c->n) {
        memset(c->bytes + c->n, 0, n - c->n);
        c->n = n;
    }
}

static void apply(struct building *b, const struct step *s, bool torn) {
    struct content *c = &b->files[s->file];
    if (s->kind == STEP_TRUNCATE) {
        grow(c, (size_t)s->at);
        c->n = (size_t)s->at;
        return;
    }
    if (!torn) {
        grow(c, (size_t)s->at + s->n);
        memcpy(c->bytes + s->at, s->bytes, s->n);
        return;
    }
    for (size_t done = 0; done < s->n;) { /* sector by sector */
        const size_t at = (size_t)s->at + done;
        size_t part = SECTOR - at % SECTOR;
        part = part > s->n - done ? s->n - done : part;
        const uint32_t fate = simulation_below(&b->random, 8);
        if (fate >= 3) {
            grow(c, at + part);
            memcpy(c->bytes + at, s->bytes + done, part);
        } else if (fate == 0 && at + part > c->n) { /* the file has grown, but its new sector holds what lay there */
            grow(c, at + part);
            memset(c->bytes + at, 0x5a, part);
        }
        done += part;
    }
}

/* The folder's changes: they become durable in their order. */
static void apply_name(struct building *b, const struct step *s) {
    if (s->kind == STEP_CREATE) {
        snprintf(b->files[s->file].name, NAME_MAX_RECORDED, "%s", s->name);
    } else if (s->kind == STEP_REMOVE) {
        b->files[s->file].name[0] = '\0';
    } else {
        for (int i = 0; i < record.n_files; i++)
            if (strcmp(b->files[i].name, s->to) == 0)
                b->files[i].name[0] = '\0';
        snprintf(b->files[s->file].name, NAME_MAX_RECORDED, "%s", s->to);
    }
}

static bool is_name(const struct step *s) {
    return s->kind == STEP_CREATE || s->kind == STEP_REMOVE || s->kind == STEP_RENAME;
}

static bool is_change(const struct step *s) {
    return s->kind == STEP_WRITE || s->kind == STEP_TRUNCATE;
}

static void find_syncs(struct building *b, size_t steps) {
    if (getenv("POWER_LYING_DISK"))
        return;
    for (size_t i = 0; i < steps; i++) {
        if (record.steps[i].kind == STEP_SYNC)
            b->last_sync[record.steps[i].file] = i + 1;
        else if (record.steps[i].kind == STEP_SYNC_FOLDER)
            b->last_folder_sync[record.steps[i].at] = i + 1;
    }
}

size_t image_pending(size_t steps) {
    static struct building b;
    memset(&b, 0, sizeof b);
    find_syncs(&b, steps);
    size_t pending = 0;
    for (size_t i = 0; i < steps; i++) {
        const struct step *s = &record.steps[i];
        pending += is_change(s) ? i >= b.last_sync[s->file] : is_name(s) && i >= b.last_folder_sync[folder_of(s->name)];
    }
    return pending;
}

static bool arrives(struct building *b) {
    const size_t number = b->pending++;
    switch (b->image->way) {
    case IMAGE_NOTHING:
        return false;
    case IMAGE_ALL:
        return true;
    case IMAGE_PREFIX:
        return number < b->image->mask;
    case IMAGE_SUBSET:
        return number < 64 ? b->image->mask >> number & 1 : simulation_below(&b->random, 2);
    default:
        return simulation_below(&b->random, 4) > 0;
    }
}

static void put(const struct content *c, const char *folder) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, c->name);
    char *slash = strrchr(path, '/');
    *slash = '\0';
    (void)!mkdir(path, 0700);
    *slash = '/';
    int fd = __real_open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert(fd >= 0);
    ssize_t done = __real_write(fd, c->bytes, c->n);
    assert(done == (ssize_t)c->n);
    (void)done;
    __real_close(fd);
}

void image_write(const struct image *image, const char *folder) {
    static struct building b;
    memset(&b, 0, sizeof b);
    b.image = image;
    simulation_seed(&b.random, image->mask * 1000003 + image->steps);
    find_syncs(&b, image->steps);
    bool go_on[2] = {true, true}; /* names in order: after the first that was lost, all are */
    for (size_t i = 0; i < image->steps; i++) {
        const struct step *s = &record.steps[i];
        if (is_change(s)) {
            const bool sure = i < b.last_sync[s->file];
            if (sure || arrives(&b))
                apply(&b, s, !sure && image->way == IMAGE_TORN);
        } else if (is_name(s)) {
            const int which = folder_of(s->name);
            go_on[which] = i < b.last_folder_sync[which] || (go_on[which] && arrives(&b));
            if (go_on[which])
                apply_name(&b, s);
        }
    }
    for (int i = 0; i < record.n_files; i++) {
        if (b.files[i].name[0])
            put(&b.files[i], folder);
        free(b.files[i].bytes);
    }
}
