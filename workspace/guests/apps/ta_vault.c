/*
 * A store of secrets for shell scripts: values go in on standard input and out on standard output; the file they lie in is sealed, and
 * only this trusted application on this machine can open it.
 *
 *   ta_vault put NAME        stores standard input, as it is, under a name; replaces what was there
 *   ta_vault get NAME        writes it to standard output
 *   ta_vault list            the names, a line each, sorted
 *   ta_vault rm NAME         forgets it
 *   ta_vault generation      how often the store was changed
 *
 *   -f FILE   the store; else $KAKURI_VAULT, else $HOME/.kakuri-vault
 *   -g N      refuses a store of a generation below N; else $KAKURI_VAULT_GENERATION
 *
 * Exit status: 0; 1 no such name; 2 usage; 3 the store is not this TA's, or was changed; 4 older than demanded; 5 a call failed; 6
 * too much; 7 the backend cannot seal.
 *
 * Plain text of the store, numbers little-endian: generation (8 bytes), number of entries (4); of each entry: bytes of the name (2),
 * of the value (4), name, value. Sorted by name, as bytes.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sealed_file.h"
#include "sha512.h"

#define NAME_MOST 255
#define VALUE_MOST 65536
#define STORE_MOST (512 * 1024)
#define HEAD 12
#define ENTRY 6

enum { OK, NO_SUCH_NAME, USAGE, REFUSED, OLDER, FAILED, TOO_MUCH, NO_KEYS };

static const char LABEL[] = "ta_vault store 1";

/* Room for one entry more than what is read, so that the sum is checked once. */
static uint8_t store[STORE_MOST + ENTRY + NAME_MOST + VALUE_MOST];
static size_t stored = HEAD;
static uint8_t value[VALUE_MOST + 1];

static uint64_t number(const uint8_t *at, int bytes) {
    uint64_t n = 0;
    for (int i = bytes - 1; i >= 0; i--)
        n = n << 8 | at[i];
    return n;
}

static void put_number(uint8_t *at, int bytes, uint64_t n) {
    for (int i = 0; i < bytes; i++, n >>= 8)
        at[i] = (uint8_t)n;
}

static uint64_t generation(void) {
    return number(store, 8);
}

static size_t entry_bytes(const uint8_t *entry) {
    return (size_t)(ENTRY + number(entry, 2) + number(entry + 2, 4));
}

static int say(int status, const char *what, const char *path) {
    fprintf(stderr, "ta_vault: %s%s%s\n", what, path ? ": " : "", path ? path : "");
    return status;
}

static int said(ssize_t failure, const char *path) {
    switch (failure) {
    case SEALED_REFUSED:
        return say(REFUSED, "refused: not a store of this TA on this machine, or somebody changed it", path);
    case SEALED_TOO_LARGE:
        return say(TOO_MUCH, "the store is too large", path);
    case SEALED_NO_KEYS:
        return say(NO_KEYS, "the TA's backend cannot seal; see tee:list", NULL);
    default:
        return say(FAILED, strerror(errno), path);
    }
}

/* What was sealed by this code is well-formed; a store of an earlier version of the format has another label. */
static int well_formed(void) {
    size_t at = HEAD;
    if (stored < HEAD)
        return 0;
    for (uint64_t left = number(store + 8, 4); left > 0; left--) {
        if (stored - at < ENTRY || number(store + at + 2, 4) > VALUE_MOST || stored - at < entry_bytes(store + at))
            return 0;
        at += entry_bytes(store + at);
    }
    return at == stored;
}

static int load(struct sealed_file *file, const char *path, uint64_t at_least) {
    ssize_t n = sealed_read(file, store, STORE_MOST);
    if (n == SEALED_FAILED && errno == ENOENT) {
        memset(store, 0, HEAD);
        stored = HEAD;
    } else if (n < 0) {
        return said(n, path);
    } else {
        stored = (size_t)n;
        if (!well_formed())
            return said(SEALED_REFUSED, path);
    }
    if (generation() < at_least) {
        fprintf(stderr, "ta_vault: %s is of generation %llu, at least %llu was wanted: an old copy was put back, or it was deleted\n",
                path, (unsigned long long)generation(), (unsigned long long)at_least);
        return OLDER;
    }
    return OK;
}

/* Where the name is or belongs; whether it is there. */
static size_t place(const char *name, int *found) {
    size_t at = HEAD, length = strlen(name);
    *found = 0;
    for (; at < stored; at += entry_bytes(store + at)) {
        size_t other = number(store + at, 2);
        int order = memcmp(store + at + ENTRY, name, other < length ? other : length);
        if (order == 0)
            order = (other > length) - (other < length);
        if (order >= 0) {
            *found = order == 0;
            break;
        }
    }
    return at;
}

static void cut(size_t at) {
    size_t bytes = entry_bytes(store + at);
    memmove(store + at, store + at + bytes, stored - at - bytes);
    stored -= bytes;
    put_number(store + 8, 4, number(store + 8, 4) - 1);
}

static void insert(size_t at, const char *name, const uint8_t *what, size_t bytes) {
    size_t length = strlen(name), all = ENTRY + length + bytes;
    memmove(store + at + all, store + at, stored - at);
    put_number(store + at, 2, length);
    put_number(store + at + 2, 4, bytes);
    memcpy(store + at + ENTRY, name, length);
    memcpy(store + at + ENTRY + length, what, bytes);
    stored += all;
    put_number(store + 8, 4, number(store + 8, 4) + 1);
}

static int read_value(size_t *bytes) {
    *bytes = 0;
    while (*bytes < sizeof value) {
        ssize_t n = read(STDIN_FILENO, value + *bytes, sizeof value - *bytes);
        if (n == 0)
            return OK;
        if (n > 0)
            *bytes += (size_t)n;
        else if (errno != EINTR)
            return say(FAILED, strerror(errno), "standard input");
    }
    return say(TOO_MUCH, "a value has at most 65536 bytes", NULL);
}

static int write_all(const uint8_t *from, size_t length) {
    while (length > 0) {
        ssize_t n = write(STDOUT_FILENO, from, length);
        if (n < 0 && errno != EINTR)
            return say(FAILED, strerror(errno), "standard output");
        if (n > 0) {
            from += n;
            length -= (size_t)n;
        }
    }
    return OK;
}

static int change(struct sealed_file *file, const char *path, uint64_t at_least, const char *name, const uint8_t *what, size_t bytes) {
    int found;
    if (sealed_lock(file)) {
        if (errno == EEXIST)
            fprintf(stderr, "ta_vault: %s.lock stays: if no other ta_vault runs (tz:ps), one was killed; delete it\n", path);
        return errno == EEXIST ? FAILED : said(SEALED_FAILED, path);
    }
    int status = load(file, path, at_least);
    if (status == OK) {
        size_t at = place(name, &found);
        if (!found && !what)
            status = say(NO_SUCH_NAME, "no such name", name);
        if (found)
            cut(at);
        if (what)
            insert(at, name, what, bytes);
        if (stored > STORE_MOST)
            status = say(TOO_MUCH, "the store would be too large", path);
    }
    if (status) {
        sealed_unlock(file);
        return status;
    }
    put_number(store, 8, generation() + 1);
    int failure = sealed_replace(file, store, stored);
    return failure ? said(failure, path) : OK;
}

static int show(const char *verb, const char *name) {
    if (strcmp(verb, "generation") == 0) {
        printf("%llu\n", (unsigned long long)generation());
        return fflush(stdout) ? FAILED : OK;
    }
    if (strcmp(verb, "list") == 0) {
        for (size_t at = HEAD; at < stored; at += entry_bytes(store + at))
            printf("%.*s\n", (int)number(store + at, 2), (const char *)store + at + ENTRY);
        return fflush(stdout) ? FAILED : OK;
    }
    int found;
    size_t at = place(name, &found);
    if (!found)
        return say(NO_SUCH_NAME, "no such name", name);
    return write_all(store + at + ENTRY + number(store + at, 2), number(store + at + 2, 4));
}

static int usage(void) {
    fprintf(stderr, "usage: ta_vault [-f FILE] [-g GENERATION] put NAME | get NAME | list | rm NAME | generation\n"
                    "a name has 1 to 255 bytes, none of them a control character\n");
    return USAGE;
}

static int good_name(const char *name) {
    size_t n = strlen(name);
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)name[i] < ' ' || name[i] == 0x7f)
            return 0;
    return n > 0 && n <= NAME_MOST;
}

static int run(const char *path, uint64_t at_least, const char *verb, const char *name) {
    struct sealed_file file;
    size_t bytes = 0;
    int status = sealed_at(&file, path, LABEL);
    if (status)
        return said(status, path);
    if (strcmp(verb, "rm") == 0)
        return change(&file, path, at_least, name, NULL, 0);
    if (strcmp(verb, "put") == 0) {
        status = read_value(&bytes);
        return status ? status : change(&file, path, at_least, name, value, bytes);
    }
    status = load(&file, path, at_least);
    return status ? status : show(verb, name);
}

int main(int argc, char **argv) {
    const char *path = getenv("KAKURI_VAULT"), *least = getenv("KAKURI_VAULT_GENERATION"), *home = getenv("HOME");
    char usual[4096], *end;
    int option;
    while ((option = getopt(argc, argv, "f:g:")) != -1) {
        if (option == 'f')
            path = optarg;
        else if (option == 'g')
            least = optarg;
        else
            return usage();
    }
    int words = argc - optind;
    const char *verb = words > 0 ? argv[optind] : "";
    int named = strcmp(verb, "put") == 0 || strcmp(verb, "get") == 0 || strcmp(verb, "rm") == 0;
    if (!named && strcmp(verb, "list") != 0 && strcmp(verb, "generation") != 0)
        return usage();
    if (words != 1 + named || (named && !good_name(argv[optind + 1])))
        return usage();
    errno = 0;
    uint64_t at_least = least && *least ? strtoull(least, &end, 10) : 0;
    if (least && *least && (*end || errno || *least < '0' || *least > '9'))
        return usage();
    if (!path || !*path) {
        if (!home || snprintf(usual, sizeof usual, "%s/.kakuri-vault", home) >= (int)sizeof usual)
            return say(USAGE, "where is the store? -f FILE, or $KAKURI_VAULT, or $HOME", NULL);
        path = usual;
    }
    int status = run(path, at_least, verb, named ? argv[optind + 1] : NULL);
    forget(store, sizeof store);
    forget(value, sizeof value);
    return status;
}
