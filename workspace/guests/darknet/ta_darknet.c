/*
 * The trusted application of tz/darknet: holds the last layers of the network.
 *
 *   ta_darknet infer READ_FD WRITE_FD       takes a model and answers requests, split.h, until the stream ends
 *   ta_darknet provision READ_FD WRITE_FD   reads a model key of 32 bytes and writes it back sealed: the model's owner does
 *                                           this once, over a stream of his own
 *
 * Exit status: as split_serve; provision: 0 done, 1 a call failed, 3 no key arrived, 5 this instance cannot seal; 2 for wrong
 * arguments.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aes_gcm.h"
#include "split.h"
#include "tzm.h"

static const char name[] = "ta_darknet";

static long unlock(const unsigned char *sealed, size_t sealed_bytes, unsigned char *model, size_t model_bytes,
                   const char **reason) {
    unsigned char key[AES_GCM_KEY];
    if (tzm_unseal(SPLIT_LABEL, strlen(SPLIT_LABEL), sealed, sealed_bytes, key, sizeof key) != AES_GCM_KEY) {
        *reason = "its key was not sealed for this code and machine";
        return -1;
    }
    long bytes = aes_gcm_open(key, SPLIT_LABEL, model, model_bytes);
    if (bytes < 0) {
        *reason = "it was changed, or is under another key";
        return -1;
    }
    memmove(model, model + AES_GCM_NONCE, (size_t)bytes);
    return bytes;
}

static int provision(int in, int out) {
    unsigned char key[AES_GCM_KEY], sealed[SPLIT_KEY_MOST];
    if (split_read(in, key, sizeof key) != 1) {
        fprintf(stderr, "%s: no key arrived\n", name);
        return 3;
    }
    int32_t bytes = tzm_seal(SPLIT_LABEL, strlen(SPLIT_LABEL), key, sizeof key, sealed, sizeof sealed);
    if (bytes < 0) {
        fprintf(stderr, "%s: this instance cannot seal: errno=%d\n", name, -(int)bytes);
        return 5;
    }
    return split_write(out, sealed, (size_t)bytes) == 1 ? 0 : 1;
}

int main(int argc, char **argv) {
    int infers = argc == 4 && strcmp(argv[1], "infer") == 0;
    if (!infers && !(argc == 4 && strcmp(argv[1], "provision") == 0)) {
        fprintf(stderr, "usage: ta_darknet infer|provision READ_FD WRITE_FD\n");
        return 2;
    }
    int in = atoi(argv[2]), out = atoi(argv[3]);
    return infers ? split_serve(name, in, out, unlock) : provision(in, out);
}
