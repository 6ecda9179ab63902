/* The layers of lenet.h. Compiled with -ffp-contract=off for both worlds. */
#include "lenet.h"

#include <string.h>

#define KERNEL 5
#define BORDER (KERNEL / 2)
#define MAPS 6

enum kind { CONVOLUTION, MAXIMUM, CONNECTED };

struct layer {
    enum kind kind;
    int channels, side; /* of the input; a connected layer has side 1 */
    int out;            /* maps or outputs */
    int rectified;
};

static const struct layer layers[LENET_LAYERS] = {
    {CONVOLUTION, 1, 28, MAPS, 1}, {MAXIMUM, MAPS, 28, MAPS, 0},  {CONVOLUTION, MAPS, 14, MAPS, 1},
    {MAXIMUM, MAPS, 14, MAPS, 0},  {CONNECTED, 294, 1, 120, 1}, {CONNECTED, 120, 1, 84, 1},
    {CONNECTED, 84, 1, LENET_CLASSES, 0},
};

size_t lenet_width(int layer) {
    if (layer == LENET_LAYERS)
        return LENET_CLASSES;
    const struct layer *l = &layers[layer];
    return (size_t)(l->channels * l->side * l->side);
}

size_t lenet_parameters(int first, int end) {
    size_t sum = 0;
    for (int i = first; i < end; i++) {
        const struct layer *l = &layers[i];
        if (l->kind == CONVOLUTION)
            sum += (size_t)(l->out * (1 + l->channels * KERNEL * KERNEL));
        else if (l->kind == CONNECTED)
            sum += (size_t)(l->out * (1 + l->channels));
    }
    return sum;
}

static uint32_t little(const unsigned char *at) {
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

const char *lenet_load(struct lenet *net, const unsigned char *part, size_t bytes, int first, int end) {
    if (first < 0 || end > LENET_LAYERS || first > end)
        return "there are no such layers";
    if (bytes < LENET_PART_HEADER || little(part) != LENET_MAGIC)
        return "it is not a part of a model";
    if (little(part + 4) != (uint32_t)first || little(part + 8) != (uint32_t)end)
        return "it holds other layers";
    size_t count = lenet_parameters(first, end);
    if (bytes != LENET_PART_HEADER + 4 * count)
        return bytes < LENET_PART_HEADER + 4 * count ? "it is truncated" : "it is too long";
    for (size_t i = 0; i < count; i++) {
        uint32_t bits = little(part + LENET_PART_HEADER + 4 * i);
        if ((bits & 0x7f800000u) == 0x7f800000u)
            return "a parameter is not finite";
        memcpy(&net->parameters[i], &bits, sizeof bits);
    }
    net->first = first;
    net->end = end;
    return NULL;
}

static void rectify(float *values, int count) {
    for (int i = 0; i < count; i++)
        values[i] = values[i] > 0 ? values[i] : 0;
}

/* Weights are ordered by output map, input map, row and column; products are added in that order. Outside are zeros, left out. */
static void convolve(const struct layer *l, const float *restrict parameters, const float *restrict in, float *restrict out) {
    int side = l->side;
    const float *weight = parameters + l->out;
    for (int map = 0; map < l->out; map++, out += side * side) {
        for (int i = 0; i < side * side; i++)
            out[i] = parameters[map];
        for (int c = 0; c < l->channels; c++)
            for (int ky = 0; ky < KERNEL; ky++)
                for (int kx = 0; kx < KERNEL; kx++) {
                    float w = *weight++;
                    int down = ky - BORDER, right = kx - BORDER;
                    int top = down < 0 ? -down : 0, bottom = down > 0 ? side - down : side;
                    int left = right < 0 ? -right : 0, past = right > 0 ? side - right : side;
                    for (int y = top; y < bottom; y++) {
                        const float *from = in + (c * side + y + down) * side + right;
                        float *to = out + y * side;
                        for (int x = left; x < past; x++)
                            to[x] += w * from[x];
                    }
                }
    }
}

static void maximum(const struct layer *l, const float *in, float *out) {
    int half = l->side / 2;
    for (int row = 0; row < l->channels * half; row++, in += 2 * l->side)
        for (int x = 0; x < half; x++) {
            float a = in[2 * x], b = in[2 * x + 1], c = in[l->side + 2 * x], d = in[l->side + 2 * x + 1];
            float upper = a > b ? a : b, lower = c > d ? c : d;
            *out++ = upper > lower ? upper : lower;
        }
}

/* Weights are ordered by input, then output, so that neighbours in memory belong to neighbouring sums. */
static void connect(const struct layer *l, const float *restrict parameters, const float *restrict in, float *restrict out) {
    const float *weight = parameters + l->out;
    memcpy(out, parameters, (size_t)l->out * sizeof *out);
    for (int i = 0; i < l->channels; i++, weight += l->out) {
        float x = in[i];
        for (int o = 0; o < l->out; o++)
            out[o] += x * weight[o];
    }
}

const float *lenet_run(const struct lenet *net, const float *input) {
    static float buffers[2][LENET_WIDEST];
    const float *parameters = net->parameters;
    for (int i = net->first; i < net->end; i++) {
        const struct layer *l = &layers[i];
        float *output = buffers[i % 2];
        switch (l->kind) {
        case CONVOLUTION:
            convolve(l, parameters, input, output);
            break;
        case MAXIMUM:
            maximum(l, input, output);
            break;
        case CONNECTED:
            connect(l, parameters, input, output);
            break;
        }
        if (l->rectified)
            rectify(output, (int)lenet_width(i + 1));
        parameters += lenet_parameters(i, i + 1);
        input = output;
    }
    return input;
}
