/* A disk that takes 8 ms more for each flush, as one without a battery does. Loaded before a program (LD_PRELOAD), the
 * product's or a limit's alike: what then counts is how many answers share a flush. */
#include <dlfcn.h>
#include <time.h>
#include <unistd.h>

static void take_time(void) {
    const struct timespec more = {0, 8000000L};
    nanosleep(&more, NULL);
}

int fsync(int fd) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    take_time();
    return real(fd);
}

int fdatasync(int fd) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    take_time();
    return real(fd);
}
