/* The partner's side of split.h, and what both sides need. */
#include "split.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#ifdef __wasm__
#include "tzm.h"
#endif

int split_read(int fd, void *to, size_t size) {
    for (size_t done = 0; done < size;) {
        ssize_t n = read(fd, (char *)to + done, size - done);
        if (n == 0) {
            errno = 0;
            return done == 0 ? 0 : -1;
        }
        if (n > 0)
            done += (size_t)n;
        else if (errno != EINTR)
            return -1;
    }
    return 1;
}

int split_write(int fd, const void *from, size_t size) {
    for (size_t done = 0; done < size;) {
        ssize_t n = write(fd, (const char *)from + done, size - done);
        if (n >= 0)
            done += (size_t)n;
        else if (errno != EINTR)
            return errno == EPIPE ? 0 : -1;
    }
    return 1;
}

uint64_t split_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Sends a reply and receives the beginning of the next request: bytes, 0 at the end, -1 for a failure. */
static long exchange(int out, const struct reply *reply, int in, void *to, size_t size) {
#ifdef __wasm__
    return tzm_write_read(out, reply, sizeof *reply, in, to, size);
#else
    int sent = split_write(out, reply, sizeof *reply);
    return sent == 1 ? (long)read(in, to, size) : sent;
#endif
}

static int failed(const char *name, const char *what) {
    if (errno == 0) {
        fprintf(stderr, "%s: the stream ended inside %s\n", name, what);
        return 3;
    }
    fprintf(stderr, "%s: %s: errno=%d\n", name, what, errno);
    return 1;
}

/* Takes the model, or says why not. 0: go on. */
static int load(const char *name, int in, int out, split_unlock *unlock, struct lenet *net) {
    static unsigned char key[SPLIT_KEY_MOST], model[SPLIT_MODEL_MOST];
    struct offer offer;
    struct answer answer = {SPLIT_MAGIC, 0, ""};
    const char *reason = NULL;
    int got = split_read(in, &offer, sizeof offer);
    if (got <= 0)
        return got == 0 ? -1 : failed(name, "an offer");
    if (offer.magic != SPLIT_MAGIC || offer.key_bytes > sizeof key || offer.model_bytes > sizeof model) {
        reason = "that is no offer of a model";
    } else {
        if (split_read(in, key, offer.key_bytes) < 0 || split_read(in, model, offer.model_bytes) < 0)
            return failed(name, "a model");
        long bytes = (long)offer.model_bytes;
        if (offer.first >= LENET_LAYERS)
            reason = "there are no such layers";
        else if (offer.key_bytes > 0)
            bytes = unlock(key, offer.key_bytes, model, offer.model_bytes, &reason);
        if (!reason)
            reason = lenet_load(net, model, (size_t)bytes, (int)offer.first, LENET_LAYERS);
    }
    if (reason) {
        answer.refused = 1;
        snprintf(answer.reason, sizeof answer.reason, "%s", reason);
        fprintf(stderr, "%s: model refused: %s\n", name, reason);
    }
    if (split_write(out, &answer, sizeof answer) < 0)
        return failed(name, "cannot answer an offer");
    return reason ? 4 : 0;
}

int split_serve(const char *name, int in, int out, split_unlock *unlock) {
    static struct lenet net;
    static struct {
        struct request head;
        float values[LENET_WIDEST];
    } request;
    int status = load(name, in, out, unlock, &net);
    if (status != 0)
        return status < 0 ? 0 : status;
    size_t size = sizeof request.head + lenet_width(net.first) * sizeof *request.values;
    long have = (long)read(in, &request, size);
    while (have > 0) {
        if ((size_t)have < size && split_read(in, (char *)&request + have, size - (size_t)have) != 1)
            return errno = 0, failed(name, "a request");
        uint64_t start = request.head.timed ? split_now() : 0;
        const float *logits = lenet_run(&net, request.values);
        struct reply reply = {.round = request.head.round};
        memcpy(reply.logits, logits, sizeof reply.logits);
        reply.nanos = request.head.timed ? split_now() - start : 0;
        have = exchange(out, &reply, in, &request, size);
    }
    return have == 0 ? 0 : failed(name, "a call failed");
}
