/* Exercises files below the folder /d and prints one line for each behaviour. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>
#include <wasi/api.h>

__attribute__((import_module("wasi_snapshot_preview1"), import_name("proc_raise"))) int32_t raw_raise(int32_t signal);

static void say(const char *what, long value) {
    printf("%s %ld%s%s\n", what, value, value < 0 ? " " : "", value < 0 ? strerror(errno) : "");
}

static void contents(const char *path) {
    char buffer[100];
    int fd = open(path, O_RDONLY);
    int n = fd < 0 ? -1 : (int)read(fd, buffer, sizeof buffer - 1);
    if (n < 0) {
        say(path, -1);
    } else {
        buffer[n] = 0;
        printf("%s = %s\n", path, buffer);
    }
    close(fd);
}

static void read_write(void) {
    int fd = open("/d/a", O_RDWR | O_CREAT | O_EXCL, 0666);
    say("create", fd >= 0);
    say("create again", open("/d/a", O_RDWR | O_CREAT | O_EXCL, 0666));
    say("write", write(fd, "0123456789", 10));
    say("seek", lseek(fd, -3, SEEK_END));
    char c[8] = {0};
    say("partial read", read(fd, c, sizeof c));
    printf("read %s\n", c);
    say("end", read(fd, c, sizeof c));
    say("pread", pread(fd, c, 2, 4));
    say("pwrite", pwrite(fd, "XY", 2, 1));
    say("tell", lseek(fd, 0, SEEK_CUR));
    say("truncate", ftruncate(fd, 5));
    say("sync", fsync(fd));
    say("datasync", fdatasync(fd));
    say("allocate", posix_fallocate(fd, 0, 20));
    struct stat s;
    say("stat", fstat(fd, &s));
    say("size", s.st_size);
    say("regular", S_ISREG(s.st_mode));
    say("seek before start", lseek(fd, -1, SEEK_SET));
    say("close", close(fd));
    say("close again", close(fd));
    say("read closed", read(fd, c, 1));
    contents("/d/a");
}

static void append(void) {
    int fd = open("/d/log", O_RDWR | O_CREAT | O_APPEND, 0666);
    say("append", write(fd, "one", 3));
    lseek(fd, 0, SEEK_SET);
    char c[8] = {0};
    say("append read", read(fd, c, 3));
    lseek(fd, 0, SEEK_SET);
    say("append again", write(fd, "two", 3));
    say("flags", fcntl(fd, F_GETFL) & O_APPEND ? 1 : 0);
    close(fd);
    contents("/d/log");
    fd = open("/d/log", O_RDONLY);
    say("write to read-only", write(fd, "x", 1));
    close(fd);
}

static void vectors(void) {
    static char big[3][40000];
    for (int i = 0; i < 3; i++) {
        memset(big[i], 'a' + i, sizeof big[i]);
    }
    struct iovec v[5] = {{big[0], 40000}, {big[0], 0}, {big[1], 40000}, {big[2], 40000}, {"!", 1}};
    int fd = open("/d/big", O_RDWR | O_CREAT | O_TRUNC, 0666);
    long total = 0;
    long n;
    int index = 0;
    while (index < 5 && (n = writev(fd, v + index, 5 - index)) > 0) {
        total += n;
        while (index < 5 && n >= (long)v[index].iov_len) {
            n -= v[index++].iov_len;
        }
        if (index < 5) {
            v[index].iov_base = (char *)v[index].iov_base + n;
            v[index].iov_len -= n;
        }
    }
    say("writev", total);
    char head[3];
    char tail[2];
    lseek(fd, 119999, SEEK_SET);
    struct iovec r[3] = {{head, 1}, {tail, 1}, {head + 1, 1}};
    say("short readv", readv(fd, r, 3));
    printf("readv %c%c\n", head[0], tail[0]);
    struct iovec none = {head, 0};
    say("empty readv", readv(fd, &none, 1));
    close(fd);
}

static void folders(void) {
    say("mkdir", mkdir("/d/sub", 0777));
    say("mkdir again", mkdir("/d/sub", 0777));
    for (int i = 0; i < 200; i++) {
        char name[64];
        snprintf(name, sizeof name, "/d/sub/file-with-a-rather-long-name-%03d", i);
        close(open(name, O_WRONLY | O_CREAT, 0666));
    }
    DIR *dir = opendir("/d/sub");
    int seen[200] = {0};
    int others = 0;
    int twice = 0;
    struct dirent *e;
    while ((e = readdir(dir))) {
        if (!strncmp(e->d_name, "file-", 5)) {
            twice += seen[atoi(e->d_name + 29)]++;
        } else {
            others++;
        }
    }
    closedir(dir);
    int all = 0;
    for (int i = 0; i < 200; i++) {
        all += seen[i];
    }
    say("entries", all);
    say("twice", twice);
    say("others", others);
    say("rmdir full", rmdir("/d/sub"));
    for (int i = 0; i < 200; i++) {
        char name[64];
        snprintf(name, sizeof name, "/d/sub/file-with-a-rather-long-name-%03d", i);
        unlink(name);
    }
    say("unlink folder", unlink("/d/sub"));
    say("rmdir", rmdir("/d/sub"));
    say("open gone", open("/d/sub", O_RDONLY));
    say("opendir of file", open("/d/a", O_RDONLY | O_DIRECTORY));
}

static void links(void) {
    char target[100] = {0};
    say("rename", rename("/d/a", "/d/b"));
    say("old name", open("/d/a", O_RDONLY));
    say("link", link("/d/b", "/d/c"));
    struct stat s;
    stat("/d/c", &s);
    say("links", s.st_nlink);
    say("symlink", symlink("b", "/d/s"));
    say("readlink", readlink("/d/s", target, sizeof target));
    printf("readlink %s\n", target);
    say("lstat", lstat("/d/s", &s));
    say("is link", S_ISLNK(s.st_mode));
    contents("/d/s");
    say("nofollow", open("/d/s", O_RDONLY | O_NOFOLLOW));
    struct timespec times[2] = {{1000, 5}, {2000, 7}};
    say("utimens", utimensat(AT_FDCWD, "/d/b", times, 0));
    stat("/d/b", &s);
    say("mtime", s.st_mtim.tv_sec);
    say("unlink", unlink("/d/c"));
    say("absolute symlink", symlink("/etc/passwd", "/d/abs"));
}

static void escapes(void) {
    char buffer[8];
    say("escape by dots", open("/d/../secret", O_RDONLY));
    int top = open("/d", O_RDONLY | O_DIRECTORY);
    say("escape at", openat(top, "../secret", O_RDONLY));
    say("escape deep", openat(top, "x/../../secret", O_RDONLY));
    say("escape by link", open("/d/out", O_RDONLY));
    say("escape by link folder", open("/d/outdir/secret", O_RDONLY));
    say("escape absolute", openat(top, "/etc/passwd", O_RDONLY));
    say("escape create", open("/d/outdir/new", O_WRONLY | O_CREAT, 0666));
    say("escape mkdir", mkdir("/d/outdir/new", 0777));
    say("escape unlink", unlink("/d/outdir/secret"));
    say("escape rename", rename("/d/b", "/d/outdir/b"));
    say("escape link", link("/d/outdir/secret", "/d/stolen"));
    struct stat s;
    say("escape stat", stat("/d/outdir/secret", &s));
    say("escape readlink", readlink("/d/outdir/l", buffer, sizeof buffer));
    say("not preopened", open("/etc/passwd", O_RDONLY));
    close(top);
}

static void pointers(void) {
    __wasi_size_t n = 0;
    __wasi_ciovec_t v = {(uint8_t *)0x7fff0000, 16};
    say("bad data", __wasi_fd_write(1, &v, 1, &n));
    say("bad vector", __wasi_fd_write(1, (__wasi_ciovec_t *)0xfffffff0u, 1, &n));
    __wasi_ciovec_t good = {(uint8_t *)"ok\n", 3};
    say("bad count", __wasi_fd_write(1, &good, 0x40000000, &n));
    say("bad result", __wasi_fd_write(1, &good, 1, (__wasi_size_t *)0xfffffffeu));
    say("bad random", __wasi_random_get((uint8_t *)0x7fff0000, 100));
    __wasi_ciovec_t long_one = {(uint8_t *)"ok\n", 0xffffffffu};
    say("bad length", __wasi_fd_write(1, &long_one, 1, &n));
    __wasi_fd_t fd;
    say("bad descriptor", __wasi_fd_close(12345));
    say("negative descriptor", __wasi_fd_close(0x80000000u));
    say("bad rights", __wasi_path_open(3, 0, "b", 0, ~0ull, ~0ull, 0, &fd));
    say("bad poll", __wasi_poll_oneoff((void *)16, (void *)0xfffffff0u, 1, &n));
    say("empty poll", __wasi_poll_oneoff((void *)16, (void *)1024, 0, &n));
    say("bad clock", __wasi_clock_time_get(99, 0, (uint64_t *)1024));
    say("raise", raw_raise(6));
    say("preopen name short", __wasi_fd_prestat_dir_name(3, (uint8_t *)1024, 1));
    say("no prestat", __wasi_fd_prestat_get(4, (void *)1024));
}

static void polls(void) {
    __wasi_subscription_t in[2] = {0};
    __wasi_event_t out[2];
    __wasi_size_t n = 0;
    in[0].userdata = 41;
    in[0].u.tag = __WASI_EVENTTYPE_CLOCK;
    in[0].u.u.clock.id = __WASI_CLOCKID_MONOTONIC;
    in[0].u.u.clock.timeout = 1000000;
    in[1].userdata = 42;
    in[1].u.tag = __WASI_EVENTTYPE_FD_READ;
    in[1].u.u.fd_read.file_descriptor = 0;
    say("poll clock", __wasi_poll_oneoff(in, out, 1, &n));
    say("events", n);
    say("userdata", out[0].userdata);
    in[0].u.u.clock.timeout = 1000000000000;
    say("poll input", __wasi_poll_oneoff(in, out, 2, &n));
    say("events", n);
    say("userdata", out[0].userdata);
    say("ready bytes", out[0].fd_readwrite.nbytes);
    struct timespec now;
    say("clock", clock_gettime(CLOCK_MONOTONIC, &now));
    say("clock realtime", clock_gettime(CLOCK_REALTIME, &now));
    say("recent", now.tv_sec > 1700000000);
}

static void exhaust(void) {
    int n = 0;
    int fd;
    while ((fd = open("/d/b", O_RDONLY)) >= 0) {
        n++;
    }
    say("exhausted", -1);
    say("opened", n);
    for (int i = 4; i < 4 + n; i++) {
        close(i);
    }
    say("open again", open("/d/b", O_RDONLY));
}

int main(int argc, char **argv) {
    struct {
        const char *name;
        void (*run)(void);
    } cases[] = {{"read_write", read_write}, {"append", append},     {"vectors", vectors},
                 {"folders", folders},       {"links", links},       {"escapes", escapes},
                 {"pointers", pointers},     {"polls", polls},       {"exhaust", exhaust}};
    for (int a = 1; a < argc; a++) {
        for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
            if (!strcmp(argv[a], cases[i].name)) {
                cases[i].run();
            }
        }
    }
    return 0;
}
