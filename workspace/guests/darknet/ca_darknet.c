/*
 * The client application of tz/darknet: an ordinary C program that uses nothing but the standard library. It runs the first
 * layers of a network and has a partner run the others; it cannot tell whether that is another C program or a trusted
 * application behind a shadow process.
 *
 *   ca_darknet HEAD MODEL KEY INPUTS client SIZE READ_FD WRITE_FD CPU CONTROL_FD RESULT_FD
 *   ca_darknet HEAD MODEL KEY INPUTS peer   SIZE READ_FD WRITE_FD CPU
 *
 * HEAD    file: the part of the model that the client runs; its layers decide where the network is split. With all layers
 *         there is no partner
 * MODEL   file that is offered to the partner: the other layers, perhaps encrypted
 * KEY     file: their key, sealed for the partner; - if they are not encrypted
 * INPUTS  file of struct input: digits, and the logits that the unsplit network gives
 * client  reads lines from CONTROL_FD until its end, the files at the first of them. "run N": N inferences; writes a struct block
 *         and the time of each to RESULT_FD. "parts N": the same, but two times for each inference: of the client's layers,
 *         and of the partner's by his own clock. Every bit of all logits is compared
 * peer    the partner of the baseline: split_serve in C
 * SIZE    bytes of a request, as the layers say
 * CPU     the one to stay on; -1 for any
 *
 * Exit status: 0 at the end of control (client) or stream (peer), 1 after a failed block, 2 for wrong arguments or files.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "split.h"

static const char name[] = "ca_darknet";

enum outcome { DONE = 0, WRONG_PAYLOAD = 1, PARTNER_ENDED = 2, CALL_FAILED = 3 };

/* Must match org.kakuri.system.tzmediator.internal.process.CaBlock; native byte order, then `count` times in ns as uint64_t. */
struct block {
    uint64_t magic;
    uint64_t outcome;
    uint64_t count;       /* times that follow */
    uint64_t mismatches;  /* inferences of which some bit of the logits was not that of the unsplit network */
    uint64_t errnumber;   /* errno of a failed call */
    uint64_t cpu_ns;      /* user and system time of the block */
    uint64_t voluntary;   /* context switches because it waited */
    uint64_t involuntary; /* context switches because it had to make room */
};
#define BLOCK_MAGIC 0x314b4c424b414bULL /* "KAKBLK1" */
_Static_assert(sizeof(struct block) == 64, "CaBlock reads 64 bytes");

struct input {
    float pixels[LENET_INPUT];
    float logits[LENET_CLASSES];
};

static struct lenet head;
static struct input *inputs;
static size_t count;

/* Reads a file of at most `most` bytes, or ends with a message. */
static unsigned char *contents(const char *path, size_t most, size_t *bytes) {
    FILE *file = fopen(path, "rb");
    unsigned char *all = file ? malloc(most + 1) : NULL;
    if (!all) {
        fprintf(stderr, "%s: cannot read %s: %s\n", name, path, strerror(errno));
        exit(2);
    }
    *bytes = fread(all, 1, most + 1, file);
    fclose(file);
    if (*bytes > most) {
        fprintf(stderr, "%s: %s is too long\n", name, path);
        exit(2);
    }
    return all;
}

static void read_head(const char *path) {
    size_t bytes;
    unsigned char *part = contents(path, LENET_PART_MOST, &bytes);
    const char *wrong = lenet_load(&head, part, bytes, 0, bytes < LENET_PART_HEADER ? 0 : part[8]);
    if (wrong) {
        fprintf(stderr, "%s: %s: %s\n", name, path, wrong);
        exit(2);
    }
    free(part);
}

static void read_inputs(const char *path) {
    size_t bytes;
    inputs = (struct input *)(void *)contents(path, 64u << 20, &bytes);
    count = bytes / sizeof *inputs;
    if (count == 0 || bytes % sizeof *inputs != 0) {
        fprintf(stderr, "%s: %s: %zu bytes are not whole inputs of %zu\n", name, path, bytes, sizeof *inputs);
        exit(2);
    }
}

/* Offers the model to the partner; ends if he refuses it. */
static enum outcome offer_model(const char *model_path, const char *key_path, int in, int out) {
    size_t model_bytes, key_bytes = 0;
    unsigned char *model = contents(model_path, 1u << 20, &model_bytes);
    unsigned char *key = strcmp(key_path, "-") == 0 ? NULL : contents(key_path, SPLIT_KEY_MOST, &key_bytes);
    struct offer offer = {SPLIT_MAGIC, (uint32_t)head.end, (uint32_t)key_bytes, (uint32_t)model_bytes};
    struct answer answer;
    int well = split_write(out, &offer, sizeof offer);
    if (well == 1)
        well = split_write(out, key, key_bytes);
    if (well == 1)
        well = split_write(out, model, model_bytes);
    if (well >= 0)
        well = split_read(in, &answer, sizeof answer);
    free(model);
    free(key);
    if (well <= 0)
        return well == 0 ? PARTNER_ENDED : CALL_FAILED;
    if (answer.magic != SPLIT_MAGIC || answer.refused) {
        fprintf(stderr, "%s: the model was refused: %.55s\n", name,
                answer.magic == SPLIT_MAGIC ? answer.reason : "that is no answer to an offer");
        exit(1);
    }
    return DONE;
}

/* One inference; the partner's time is valid if it was asked for. */
static enum outcome infer(const struct input *input, int timed, int in, int out, uint64_t *own, struct reply *reply) {
    static struct {
        struct request head;
        float values[LENET_WIDEST];
    } request;
    static uint32_t round;
    uint64_t start = timed ? split_now() : 0;
    const float *values = lenet_run(&head, input->pixels);
    *own = timed ? split_now() - start : 0;
    if (head.end == LENET_LAYERS) {
        memcpy(reply->logits, values, sizeof reply->logits);
        reply->nanos = 0;
        return DONE;
    }
    size_t width = lenet_width(head.end) * sizeof *values;
    request.head = (struct request){++round, (uint32_t)timed};
    memcpy(request.values, values, width);
    int well = split_write(out, &request, sizeof request.head + width);
    if (well == 1)
        well = split_read(in, reply, sizeof *reply);
    if (well <= 0)
        return well == 0 ? PARTNER_ENDED : CALL_FAILED;
    return reply->round == round ? DONE : WRONG_PAYLOAD;
}

static uint64_t nanos(struct timeval t) {
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_usec * 1000u;
}

static void run(struct block *block, uint64_t *times, uint64_t wanted, int parts, int in, int out) {
    static size_t next;
    struct rusage before, after;
    getrusage(RUSAGE_SELF, &before);
    for (uint64_t done = 0; block->outcome == DONE && done < wanted; done++) {
        const struct input *input = &inputs[next++ % count];
        struct reply reply;
        uint64_t own, start = split_now();
        block->outcome = infer(input, parts, in, out, &own, &reply);
        uint64_t end = split_now();
        if (block->outcome != DONE) {
            block->errnumber = block->outcome == CALL_FAILED ? (uint64_t)errno : 0;
            break;
        }
        if (memcmp(reply.logits, input->logits, sizeof reply.logits) != 0)
            block->mismatches++;
        times[block->count++] = parts ? own : end - start;
        if (parts)
            times[block->count++] = reply.nanos;
    }
    if (block->outcome == DONE && block->mismatches > 0)
        block->outcome = WRONG_PAYLOAD;
    getrusage(RUSAGE_SELF, &after);
    block->cpu_ns = nanos(after.ru_utime) + nanos(after.ru_stime) - nanos(before.ru_utime) - nanos(before.ru_stime);
    block->voluntary = (uint64_t)(after.ru_nvcsw - before.ru_nvcsw);
    block->involuntary = (uint64_t)(after.ru_nivcsw - before.ru_nivcsw);
}

static int client(char **files, size_t size, int in, int out, int control, int result) {
    FILE *commands = fdopen(control, "r");
    char line[64];
    while (commands && fgets(line, sizeof line, commands)) {
        int parts = strncmp(line, "parts ", 6) == 0;
        uint64_t wanted = parts                           ? strtoull(line + 6, NULL, 10)
                          : strncmp(line, "run ", 4) == 0 ? strtoull(line + 4, NULL, 10)
                                                          : 0;
        uint64_t *times = wanted > 0 && wanted <= 10000000 ? calloc(2 * wanted, sizeof *times) : NULL;
        if (!times) {
            fprintf(stderr, "%s: not a command: %s", name, line);
            return 2;
        }
        struct block block = {.magic = BLOCK_MAGIC, .outcome = DONE};
        if (!inputs) {
            read_head(files[0]);
            read_inputs(files[3]);
            if (head.end < LENET_LAYERS && size != sizeof(struct request) + lenet_width(head.end) * sizeof(float)) {
                fprintf(stderr, "%s: requests before layer %d do not have %zu bytes\n", name, head.end, size);
                return 2;
            }
            if (head.end < LENET_LAYERS)
                block.outcome = offer_model(files[1], files[2], in, out);
        }
        run(&block, times, wanted, parts, in, out);
        int well = split_write(result, &block, sizeof block) == 1 &&
                   split_write(result, times, block.count * sizeof *times) == 1;
        free(times);
        if (!well || block.outcome != DONE)
            return 1;
    }
    return 0;
}

static int stay_on(int cpu) {
    if (cpu < 0)
        return 0;
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    return sched_setaffinity(0, sizeof set, &set);
}

/* The peer has no keys. */
static long no_key(const unsigned char *key, size_t key_bytes, unsigned char *model, size_t model_bytes,
                   const char **reason) {
    (void)key, (void)key_bytes, (void)model, (void)model_bytes;
    *reason = "an ordinary process cannot unseal its key";
    return -1;
}

int main(int argc, char **argv) {
    int measures = argc == 12 && strcmp(argv[5], "client") == 0;
    int answers = argc == 10 && strcmp(argv[5], "peer") == 0;
    if (!measures && !answers) {
        fprintf(stderr, "usage: ca_darknet HEAD MODEL KEY INPUTS client SIZE READ_FD WRITE_FD CPU CONTROL_FD RESULT_FD\n"
                        "       ca_darknet HEAD MODEL KEY INPUTS peer SIZE READ_FD WRITE_FD CPU\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    if (stay_on(atoi(argv[9])) != 0) {
        fprintf(stderr, "%s: cannot stay on CPU %s: %s\n", name, argv[9], strerror(errno));
        return 2;
    }
    int in = atoi(argv[7]), out = atoi(argv[8]);
    return measures ? client(argv + 1, strtoul(argv[6], NULL, 10), in, out, atoi(argv[10]), atoi(argv[11]))
                    : split_serve("peer", in, out, no_key);
}
