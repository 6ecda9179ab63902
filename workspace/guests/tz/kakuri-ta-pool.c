/*
 * Starts a trusted application behind a shadow process that is running already: quicker than kakuri-ta, with the same arguments.
 *
 *   kakuri-ta-pool NAME ARG...
 *
 * The shadow is NOT the CA's child and has another pid; this program is, in its place: it hands its descriptors over (SCM_RIGHTS),
 * passes on the signals that it gets, with the values of sigqueue, and ends as the TA does. Stopping it does not stop the TA. Where no
 * workbench runs it becomes kakuri-ta. Compiled by ./kakuri with the places below; the frames are those of Frame.java.
 *
 * Exit status: the TA's; 126 and 127 as kakuri-ta; killed by the signal that killed the shadow.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#ifndef PREFIX
#define PREFIX "ta-0000000000000000-" /* of the sockets of this home's workbenches */
#endif

enum { START_POOLED = 1, END = 4, SIGNAL = 5 };
enum { MOST_DESCRIPTORS = 240 };

extern char **environ;

struct text {
    char *at;
    size_t length, room;
};

static void add(struct text *text, const char *word) {
    size_t size = strlen(word) + 1;
    if (text->length + size > text->room) {
        text->room = 2 * (text->length + size);
        text->at = realloc(text->at, text->room);
        if (text->at == NULL)
            exit(126);
    }
    memcpy(text->at + text->length, word, size);
    text->length += size;
}

static void add_number(struct text *text, size_t number) {
    char word[24];
    snprintf(word, sizeof word, "%zu", number);
    add(text, word);
}

static void add_signed(struct text *text, int number) {
    char word[24];
    snprintf(word, sizeof word, "%d", number);
    add(text, word);
}

/* A mask of signals as the kernel writes it: bit (number - 1). */
static void add_mask(struct text *text, unsigned long long mask) {
    char word[24];
    snprintf(word, sizeof word, "%llx", mask);
    add(text, word);
}

static unsigned long long ignored_signals(void) {
    unsigned long long mask = 0;
    for (int number = 1; number <= 64; number++) {
        struct sigaction action;
        if (sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN)
            mask |= 1ULL << (number - 1);
    }
    return mask;
}

static unsigned long long members(const sigset_t *set) {
    unsigned long long mask = 0;
    for (int number = 1; number <= 64; number++)
        if (sigismember(set, number) == 1)
            mask |= 1ULL << (number - 1);
    return mask;
}

static void add_list(struct text *text, char **words) {
    size_t count = 0;
    while (words[count])
        count++;
    add_number(text, count);
    for (size_t i = 0; i < count; i++)
        add(text, words[i]);
}

/* The newest socket that answers, or -1. Its name ends with the time of its workbench's start. */
static int connect_newest(void) {
    char base[PATH_MAX], best[sizeof ((struct sockaddr_un *)0)->sun_path], newest[64] = "~";
    struct stat status;
    const char *temp = getenv("TMPDIR");
    snprintf(base, sizeof base, "%s/kakuri-%d", temp && *temp ? temp : "/tmp", (int)geteuid());
    if (lstat(base, &status) != 0 || !S_ISDIR(status.st_mode) || status.st_uid != geteuid() || (status.st_mode & 077))
        return -1;
    for (;;) {
        char found[64] = "";
        DIR *all = opendir(base);
        for (struct dirent *run; all && (run = readdir(all));) {
            char folder[PATH_MAX];
            if (run->d_name[0] == '.' || snprintf(folder, sizeof folder, "%s/%s", base, run->d_name) >= (int)sizeof folder)
                continue;
            DIR *files = opendir(folder);
            for (struct dirent *file; files && (file = readdir(files));)
                if (strncmp(file->d_name, PREFIX, strlen(PREFIX)) == 0 && strlen(file->d_name) < sizeof found &&
                    strcmp(file->d_name, found) > 0 && strcmp(file->d_name, newest) < 0 &&
                    snprintf(best, sizeof best, "%s/%s", folder, file->d_name) < (int)sizeof best)
                    strcpy(found, file->d_name);
            if (files)
                closedir(files);
        }
        if (all)
            closedir(all);
        if (!*found)
            return -1;
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        strcpy(address.sun_path, best);
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
            return fd;
        close(fd);
        strcpy(newest, found);
    }
}

static int send_all(int fd, const char *from, size_t length) {
    while (length > 0) {
        ssize_t n = send(fd, from, length, MSG_NOSIGNAL);
        if (n < 0 && errno != EINTR)
            return -1;
        from += n > 0 ? n : 0;
        length -= n > 0 ? (size_t)n : 0;
    }
    return 0;
}

static int receive_all(int fd, char *to, size_t length) {
    while (length > 0) {
        ssize_t n = recv(fd, to, length, 0);
        if (n == 0 || (n < 0 && errno != EINTR))
            return -1;
        to += n > 0 ? n : 0;
        length -= n > 0 ? (size_t)n : 0;
    }
    return 0;
}

/* A frame's header with descriptors, then its words. */
static int send_frame(int fd, uint32_t kind, const struct text *words, const int *descriptors, size_t count) {
    uint32_t header[2] = {kind, (uint32_t)words->length};
    char control[CMSG_SPACE(MOST_DESCRIPTORS * sizeof(int))] = {0};
    struct iovec part = {header, sizeof header};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (count > 0) {
        message.msg_control = control;
        message.msg_controllen = CMSG_SPACE(count * sizeof(int));
        struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(count * sizeof(int));
        memcpy(CMSG_DATA(rights), descriptors, count * sizeof(int));
    }
    return sendmsg(fd, &message, MSG_NOSIGNAL) == sizeof header ? send_all(fd, words->at, words->length) : -1;
}

static int compare(const void *a, const void *b) {
    return *(const int *)a - *(const int *)b;
}

/* The open descriptors but two, in order. */
static size_t descriptors(int *into, int socket_fd, int signals) {
    size_t count = 0;
    DIR *all = opendir("/proc/self/fd");
    for (struct dirent *entry; all && (entry = readdir(all));) {
        int fd = atoi(entry->d_name);
        if (entry->d_name[0] != '.' && fd != dirfd(all) && fd != socket_fd && fd != signals && count < MOST_DESCRIPTORS)
            into[count++] = fd;
    }
    if (all)
        closedir(all);
    qsort(into, count, sizeof *into, compare);
    return count;
}

static void end_by(int number) {
    struct rlimit none = {0, 0};
    sigset_t set;
    setrlimit(RLIMIT_CORE, &none);
    signal(number, SIG_DFL);
    sigemptyset(&set);
    sigaddset(&set, number);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    raise(number);
    exit(128 + number);
}

/* The words of an END frame: "exit" or "signal", the number, what to print. */
static void end(int fd) {
    uint32_t header[2];
    static char words[65536];
    if (receive_all(fd, (char *)header, sizeof header) != 0 || header[0] != END || header[1] >= sizeof words ||
        receive_all(fd, words, header[1]) != 0) {
        fprintf(stderr, "kakuri-ta: the workbench has ended, and its TA with it\n");
        end_by(SIGKILL);
    }
    const char *number = words + strlen(words) + 1;
    const char *said = number + strlen(number) + 1;
    if (*said)
        fprintf(stderr, "kakuri-ta: %s\n", said);
    if (strcmp(words, "signal") == 0)
        end_by(atoi(number));
    exit(atoi(number));
}

int main(int argc, char **argv) {
    int passed[MOST_DESCRIPTORS], workbench;
    char directory[PATH_MAX] = "/";
    struct text launch = {0};
    sigset_t set, old;
    if (argc < 2) {
        fprintf(stderr, "kakuri-ta-pool: which TA? kakuri-ta-pool NAME ARGUMENT...; ./kakuri tz:ta lists them\n");
        return 2;
    }
    workbench = connect_newest();
    if (workbench < 0) {
        argv[0] = "kakuri-ta";
        execvp(argv[0], argv);
        fprintf(stderr, "kakuri-ta-pool: no workbench runs, and no kakuri-ta is on the PATH to start one\n");
        return 126;
    }
    sigfillset(&set);
    sigdelset(&set, SIGTSTP);
    sigdelset(&set, SIGCHLD);
    sigdelset(&set, SIGCONT);
    sigdelset(&set, SIGPIPE);
    sigprocmask(SIG_BLOCK, &set, &old);
    int signals = signalfd(-1, &set, SFD_CLOEXEC);
    size_t count = descriptors(passed, workbench, signals);
    add(&launch, "2");
    add(&launch, argv[1]);
    add(&launch, getcwd(directory, sizeof directory) ? directory : "/");
    add_mask(&launch, members(&old));
    add_mask(&launch, ignored_signals());
    const char *slash = strrchr(argv[1], '/');
    char *name = slash ? (char *)slash + 1 : argv[1];
    argv[1] = name;
    add_list(&launch, argv + 1);
    add_list(&launch, environ);
    add_number(&launch, count);
    for (size_t i = 0; i < count; i++)
        add_number(&launch, (size_t)passed[i]);
    if (send_frame(workbench, START_POOLED, &launch, passed, count) != 0) {
        fprintf(stderr, "kakuri-ta-pool: the workbench does not listen: %s\n", strerror(errno));
        return 126;
    }
    /* They are the TA's now: whoever is at the other ends must see them close when it closes them. Messages still want a place. */
    for (size_t i = 0; i < count; i++)
        if (passed[i] != 2)
            close(passed[i]);
    for (;;) {
        struct pollfd ends[2] = {{.fd = workbench, .events = POLLIN}, {.fd = signals, .events = POLLIN}};
        if (poll(ends, 2, -1) < 0 && errno != EINTR)
            return 126;
        if (ends[0].revents)
            end(workbench);
        if (ends[1].revents & POLLIN) {
            struct signalfd_siginfo info;
            struct text word = {0};
            if (read(signals, &info, sizeof info) == sizeof info) {
                add_number(&word, info.ssi_signo);
                add_signed(&word, info.ssi_code);
                add_signed(&word, info.ssi_int);
                send_frame(workbench, SIGNAL, &word, NULL, 0);
                free(word.at);
            }
        }
    }
}
