/* Records, in order, what a process asks of the file system below one folder.
 *
 * Loaded by LD_PRELOAD. POWERCUT_FOLDER: absolute path of the folder; POWERCUT_TRACE: file to
 * append to. Each call is made and recorded under one lock, so the order of the records is the
 * order in which the kernel got the calls. Record (little-endian):
 *     u8 kind, u32 path length, u32 data length, u64 number, path, data
 * Kinds: 'w' data written at offset `number`; 't' cut to length `number`; 's' a file or folder is
 * on the disk; 'c' created (O_CREAT and absent before); 'd' folder made; 'm' renamed, `data` is
 * the new path; 'u' unlinked or folder removed.
 * Memory-mapped files (SQLite's -shm) are not recorded: they are rebuilt after a power cut.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define MOST_FDS 4096

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char *paths[MOST_FDS];
static const char *folder;
static size_t folder_length;
static int trace = -1;

__attribute__((constructor)) static void start(void)
{
    const char *file = getenv("POWERCUT_TRACE");
    folder = getenv("POWERCUT_FOLDER");
    if (file == NULL || folder == NULL)
        return;
    folder_length = strlen(folder);
    trace = syscall(SYS_openat, AT_FDCWD, file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static int watched(const char *path)
{
    return trace >= 0 && path != NULL && strncmp(path, folder, folder_length) == 0
        && (path[folder_length] == '/' || path[folder_length] == 0);
}

static const char *path_of(int fd)
{
    return trace >= 0 && fd >= 0 && fd < MOST_FDS ? paths[fd] : NULL;
}

static void put(const void *data, size_t length)
{
    const char *at = data;
    while (length > 0) {
        ssize_t done = syscall(SYS_write, trace, at, length);
        if (done <= 0)
            abort(); /* a trace with a hole proves nothing */
        at += done;
        length -= done;
    }
}

static void record(char kind, const char *path, const void *data, size_t length, uint64_t number)
{
    unsigned char head[17];
    uint32_t path_length = strlen(path), data_length = length;
    head[0] = kind;
    memcpy(head + 1, &path_length, 4);
    memcpy(head + 5, &data_length, 4);
    memcpy(head + 9, &number, 8);
    put(head, sizeof head);
    put(path, path_length);
    put(data, length);
}

#define REAL(name) \
    static __typeof__(&name) real; \
    if (real == NULL) \
        real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

static int opened(int fd, const char *path, int flags, int absent)
{
    if (fd < 0 || fd >= MOST_FDS || !watched(path))
        return fd;
    free(paths[fd]);
    paths[fd] = strdup(path);
    if ((flags & O_CREAT) && absent)
        record('c', path, NULL, 0, 0);
    else if (flags & O_TRUNC)
        record('t', path, NULL, 0, 0);
    return fd;
}

#define OPEN(name) \
    int name(const char *path, int flags, ...) \
    { \
        REAL(name); \
        va_list more; \
        va_start(more, flags); \
        mode_t mode = va_arg(more, mode_t); \
        va_end(more); \
        struct stat unused; \
        pthread_mutex_lock(&lock); \
        int absent = watched(path) && stat(path, &unused) != 0; \
        int fd = opened(real(path, flags, mode), path, flags, absent); \
        int error = errno; \
        pthread_mutex_unlock(&lock); \
        errno = error; \
        return fd; \
    }

OPEN(open)
OPEN(open64)

int close(int fd)
{
    REAL(close);
    pthread_mutex_lock(&lock);
    if (path_of(fd) != NULL) {
        free(paths[fd]);
        paths[fd] = NULL;
    }
    int result = real(fd);
    pthread_mutex_unlock(&lock);
    return result;
}

ssize_t write(int fd, const void *data, size_t length)
{
    REAL(write);
    if (path_of(fd) == NULL)
        return real(fd, data, length);
    pthread_mutex_lock(&lock);
    off_t end = lseek(fd, 0, SEEK_CUR);
    if (fcntl(fd, F_GETFL) & O_APPEND)
        end = lseek(fd, 0, SEEK_END);
    ssize_t done = real(fd, data, length);
    if (done > 0)
        record('w', path_of(fd), data, done, end);
    pthread_mutex_unlock(&lock);
    return done;
}

#define PWRITE(name, type) \
    ssize_t name(int fd, const void *data, size_t length, type at) \
    { \
        REAL(name); \
        if (path_of(fd) == NULL) \
            return real(fd, data, length, at); \
        pthread_mutex_lock(&lock); \
        ssize_t done = real(fd, data, length, at); \
        if (done > 0) \
            record('w', path_of(fd), data, done, at); \
        pthread_mutex_unlock(&lock); \
        return done; \
    }

PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

/* Ways to write that the recorder does not follow: better no trace than a wrong one. */
#define NOT_FOLLOWED(type, name, declared, passed, fd) \
    type name declared \
    { \
        REAL(name); \
        if (path_of(fd) != NULL) \
            abort(); \
        return real passed; \
    }

NOT_FOLLOWED(ssize_t, writev, (int fd, const struct iovec *v, int n), (fd, v, n), fd)
NOT_FOLLOWED(ssize_t, pwritev, (int fd, const struct iovec *v, int n, off_t at), (fd, v, n, at), fd)
NOT_FOLLOWED(int, posix_fallocate, (int fd, off_t at, off_t n), (fd, at, n), fd)
NOT_FOLLOWED(int, fallocate, (int fd, int mode, off_t at, off_t n), (fd, mode, at, n), fd)

#define TRUNCATE(name, type) \
    int name(int fd, type length) \
    { \
        REAL(name); \
        if (path_of(fd) == NULL) \
            return real(fd, length); \
        pthread_mutex_lock(&lock); \
        int result = real(fd, length); \
        if (result == 0) \
            record('t', path_of(fd), NULL, 0, length); \
        pthread_mutex_unlock(&lock); \
        return result; \
    }

TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

#define SYNC(name) \
    int name(int fd) \
    { \
        REAL(name); \
        if (path_of(fd) == NULL) \
            return real(fd); \
        pthread_mutex_lock(&lock); \
        int result = real(fd); \
        if (result == 0) \
            record('s', path_of(fd), NULL, 0, 0); \
        pthread_mutex_unlock(&lock); \
        return result; \
    }

SYNC(fsync)
SYNC(fdatasync)

int rename(const char *from, const char *to)
{
    REAL(rename);
    pthread_mutex_lock(&lock);
    int result = real(from, to);
    int error = errno;
    if (result == 0 && watched(from))
        record('m', from, to, strlen(to), 0);
    pthread_mutex_unlock(&lock);
    errno = error;
    return result;
}

int mkdir(const char *path, mode_t mode)
{
    REAL(mkdir);
    pthread_mutex_lock(&lock);
    int result = real(path, mode);
    int error = errno;
    if (result == 0 && watched(path))
        record('d', path, NULL, 0, 0);
    pthread_mutex_unlock(&lock);
    errno = error;
    return result;
}

#define REMOVE(name) \
    int name(const char *path) \
    { \
        REAL(name); \
        pthread_mutex_lock(&lock); \
        int result = real(path); \
        int error = errno; \
        if (result == 0 && watched(path)) \
            record('u', path, NULL, 0, 0); \
        pthread_mutex_unlock(&lock); \
        errno = error; \
        return result; \
    }

REMOVE(unlink)
REMOVE(rmdir)
