/* Inflates as RFC 1951 says, code by code: a source of the standard library takes about a millisecond. */
#include "inflate.h"

#include <string.h>

#define LONGEST 15 /* bits of a code */
#define LITERALS 288
#define DISTANCES 32
#define END_OF_BLOCK 256
#define FIRST_LENGTH 257

/* A canonical Huffman code (RFC 1951, 3.2.2): how many symbols have each length, and the symbols in the order of their codes. */
struct code {
    uint16_t count[LONGEST + 1];
    uint16_t symbols[LITERALS];
};

struct state {
    const uint8_t *next, *end;
    uint64_t bits; /* read, and not used yet: the next one is the lowest */
    unsigned held;
    uint8_t *to;
    size_t done, size;
};

/* RFC 1951, 3.2.5: what the length codes 257 to 285 and the distance codes begin at, and how many bits are added. */
static const uint16_t length_base[] = {3,  4,  5,  6,  7,  8,  9,  10, 11,  13,  15,  17,  19,  23, 27,
                                       31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258};
static const uint8_t length_extra[] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
static const uint16_t distance_base[] = {1,   2,   3,   4,   5,   7,    9,    13,   17,   25,   33,   49,   65,    97,    129,
                                         193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577};
static const uint8_t distance_extra[] = {0, 0, 0, 0, 1, 1, 2, 2,  3,  3,  4,  4,  5,  5,  6,
                                         6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13};
/* 3.2.7: the order in which the lengths of the code for lengths come. */
static const uint8_t order[] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};

/* `count` bits, at most 16, the first one lowest; -1 where the data end. */
static int take(struct state *state, unsigned count)
{
    unsigned value;

    while (state->held < count) {
        if (state->next == state->end)
            return -1;
        state->bits |= (uint64_t)*state->next++ << state->held;
        state->held += 8;
    }
    value = (unsigned)(state->bits & ((1u << count) - 1));
    state->bits >>= count;
    state->held -= count;
    return (int)value;
}

/* Makes the code of the lengths of `total` symbols. Returns -1 where there are more codes of a length than it has room for. */
static int make_code(struct code *code, const uint8_t *lengths, unsigned total)
{
    uint16_t place[LONGEST + 1];
    int room = 1;

    memset(code->count, 0, sizeof code->count);
    for (unsigned symbol = 0; symbol < total; symbol++)
        code->count[lengths[symbol]]++;
    code->count[0] = 0;
    place[0] = place[1] = 0;
    for (unsigned length = 1; length <= LONGEST; length++) {
        room = room * 2 - code->count[length];
        if (room < 0)
            return -1;
        if (length < LONGEST)
            place[length + 1] = (uint16_t)(place[length] + code->count[length]);
    }
    for (unsigned symbol = 0; symbol < total; symbol++)
        if (lengths[symbol])
            code->symbols[place[lengths[symbol]]++] = (uint16_t)symbol;
    return 0;
}

/* The next symbol; -1 where the data end, or no symbol has these bits. */
static int decode(struct state *state, const struct code *code)
{
    int value = 0, first = 0, index = 0;

    for (unsigned length = 1; length <= LONGEST; length++) {
        int bit = take(state, 1);
        if (bit < 0)
            return -1;
        value |= bit;
        if (value - first < code->count[length])
            return code->symbols[index + value - first];
        index += code->count[length];
        first = (first + code->count[length]) << 1;
        value <<= 1;
    }
    return -1;
}

static int copy_stored(struct state *state)
{
    size_t length;
    const uint8_t *header;

    state->next -= state->held / 8; /* whole bytes that were read too early */
    state->bits = state->held = 0;
    if (state->end - state->next < 4)
        return -1;
    header = state->next;
    length = (size_t)(header[0] | header[1] << 8);
    if (length != (size_t)((header[2] | header[3] << 8) ^ 0xffff))
        return -1;
    state->next += 4;
    if ((size_t)(state->end - state->next) < length || state->size - state->done < length)
        return -1;
    memcpy(state->to + state->done, state->next, length);
    state->next += length;
    state->done += length;
    return 0;
}

/* Copies what was `distance` bytes ago; the two may overlap. */
static int repeat(struct state *state, size_t length, size_t distance)
{
    if (distance > state->done || length > state->size - state->done)
        return -1;
    while (length--) {
        state->to[state->done] = state->to[state->done - distance];
        state->done++;
    }
    return 0;
}

static int copy_coded(struct state *state, const struct code *literals, const struct code *distances)
{
    for (;;) {
        int symbol = decode(state, literals), far, more, farther;

        if (symbol < 0)
            return -1;
        if (symbol == END_OF_BLOCK)
            return 0;
        if (symbol < END_OF_BLOCK) {
            if (state->done == state->size)
                return -1;
            state->to[state->done++] = (uint8_t)symbol;
            continue;
        }
        symbol -= FIRST_LENGTH;
        if ((size_t)symbol >= sizeof length_extra || (more = take(state, length_extra[symbol])) < 0)
            return -1;
        far = decode(state, distances);
        if (far < 0 || (size_t)far >= sizeof distance_extra || (farther = take(state, distance_extra[far])) < 0)
            return -1;
        if (repeat(state, (size_t)(length_base[symbol] + more), (size_t)(distance_base[far] + farther)))
            return -1;
    }
}

static int copy_fixed(struct state *state)
{
    struct code literals, distances;
    uint8_t lengths[LITERALS];

    memset(lengths, 8, sizeof lengths);
    memset(lengths + 144, 9, 112);
    memset(lengths + 256, 7, 24);
    make_code(&literals, lengths, LITERALS);
    memset(lengths, 5, DISTANCES);
    make_code(&distances, lengths, DISTANCES);
    return copy_coded(state, &literals, &distances);
}

/* The lengths of the two codes, which are coded themselves (3.2.7). */
static int read_lengths(struct state *state, uint8_t *lengths, unsigned total)
{
    struct code code;
    uint8_t own[sizeof order] = {0};
    int coded = take(state, 4);

    if (coded < 0)
        return -1;
    for (int index = 0; index < coded + 4; index++) {
        int length = take(state, 3);
        if (length < 0)
            return -1;
        own[order[index]] = (uint8_t)length;
    }
    if (make_code(&code, own, sizeof own))
        return -1;
    for (unsigned index = 0; index < total;) {
        int symbol = decode(state, &code), again = 1;
        uint8_t length = (uint8_t)symbol;

        if (symbol < 0 || (symbol == 16 && !index))
            return -1;
        if (symbol >= 16) {
            again = take(state, symbol == 16 ? 2 : symbol == 17 ? 3 : 7);
            if (again < 0)
                return -1;
            again += symbol == 18 ? 11 : 3;
            length = symbol == 16 ? lengths[index - 1] : 0;
        }
        if ((unsigned)again > total - index)
            return -1;
        memset(lengths + index, length, (size_t)again);
        index += (unsigned)again;
    }
    return 0;
}

static int copy_dynamic(struct state *state)
{
    struct code literals, distances;
    uint8_t lengths[LITERALS + DISTANCES];
    int literal_count = take(state, 5), distance_count = take(state, 5);

    if (literal_count < 0 || distance_count < 0 || literal_count > LITERALS - FIRST_LENGTH)
        return -1;
    literal_count += FIRST_LENGTH;
    distance_count += 1;
    if (read_lengths(state, lengths, (unsigned)(literal_count + distance_count)) || !lengths[END_OF_BLOCK])
        return -1;
    if (make_code(&literals, lengths, (unsigned)literal_count) ||
        make_code(&distances, lengths + literal_count, (unsigned)distance_count))
        return -1;
    return copy_coded(state, &literals, &distances);
}

int inflate_bytes(const uint8_t *from, size_t stored, uint8_t *to, size_t size)
{
    struct state state = {.next = from, .end = from + stored, .to = to, .size = size};
    int last;

    do {
        int kind, failed = -1;

        last = take(&state, 1);
        kind = take(&state, 2);
        if (last < 0)
            return -1;
        if (kind == 0)
            failed = copy_stored(&state);
        else if (kind == 1)
            failed = copy_fixed(&state);
        else if (kind == 2)
            failed = copy_dynamic(&state);
        if (failed)
            return -1;
    } while (!last);
    return state.done == size ? 0 : -1;
}
