/*
 * LeNet as DarkneTZ runs it on digits, cut at any layer: shared by the client application and the trusted application, so that
 * both compute the same. The Java twin is org.kakuri.system.tzmediator.lenet.LeNet.
 *
 *   layer  kind                        in           out          parameters (biases, then weights)
 *   0      convolution 6@5x5, ReLU     1 x 28 x 28  6 x 28 x 28  6 + 6*1*5*5
 *   1      maximum of 2x2              6 x 28 x 28  6 x 14 x 14
 *   2      convolution 6@5x5, ReLU     6 x 14 x 14  6 x 14 x 14  6 + 6*6*5*5
 *   3      maximum of 2x2              6 x 14 x 14  6 x 7 x 7
 *   4      fully connected 120, ReLU   294          120          120 + 294*120
 *   5      fully connected 84, ReLU    120          84           84 + 120*84
 *   6      fully connected 10          84           10           10 + 84*10
 *
 * Every output is its bias plus its products, added one after the other in a fixed order, each rounded to binary32. No
 * -ffast-math, no contraction to fused multiply-add (-ffp-contract=off), no x87: then every compiler and machine with IEEE 754
 * arithmetic gives the same bits. Vectorising over outputs keeps that order and is welcome.
 */
#ifndef KAKURI_LENET_H
#define KAKURI_LENET_H

#include <float.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__FAST_MATH__)
#error "lenet.c must be compiled without -ffast-math: results would differ between the two worlds"
#endif
#if FLT_EVAL_METHOD != 0
#error "lenet.c needs float arithmetic in binary32 (on x86: -msse2 -mfpmath=sse)"
#endif

#define LENET_LAYERS 7
#define LENET_SIDE 28
#define LENET_INPUT (LENET_SIDE * LENET_SIDE)
#define LENET_CLASSES 10
#define LENET_WIDEST (6 * 28 * 28) /* most floats between two layers */
#define LENET_PARAMETERS 47476

/*
 * A part of a model: layers first <= l < end. Little-endian: magic, first, end as uint32_t each, then the parameters of each
 * layer as binary32. A whole model is the part from 0 to LENET_LAYERS.
 */
#define LENET_MAGIC 0x4e4c4b4bu /* "KKLN" */
#define LENET_PART_HEADER 12
#define LENET_PART_MOST (LENET_PART_HEADER + 4 * LENET_PARAMETERS)

struct lenet {
    int first, end;                     /* the layers it has */
    float parameters[LENET_PARAMETERS]; /* of those layers only */
};

/* Floats that go into a layer; for LENET_LAYERS: those that come out at the end. */
size_t lenet_width(int layer);

/* Parameters of layers first <= l < end. */
size_t lenet_parameters(int first, int end);

/*
 * Takes a part of a model that must hold layers first <= l < end. Returns NULL, or what is wrong with it. Every parameter must
 * be finite: then no result depends on the bits of a NaN.
 */
const char *lenet_load(struct lenet *net, const unsigned char *part, size_t bytes, int first, int end);

/* Runs the layers it has. The input has lenet_width(first) floats; the result, of lenet_width(end), is valid until the next run. */
const float *lenet_run(const struct lenet *net, const float *input);

#endif
