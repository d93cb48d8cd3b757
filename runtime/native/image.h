/* Images: native members of a par made loadable in memory, and mapped from the par wherever they are only read. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Ways to make an image, best last; DESIGN of each in image.c. */
enum tier { TIER_PLAIN = 0, TIER_FULL = 1, TIER_SPARSE = 2 };

/* One PT_LOAD segment: elf(5). */
struct segment {
    uint64_t address;
    uint64_t offset;
    uint64_t file_size;
    uint64_t memory_size;
    uint64_t flags;
};

/* Bytes of the member. */
struct range {
    uint64_t offset;
    uint64_t size;
};

/* Eight bytes that take the place of others in the image: a dynamic tag that the dynamic linker ignores. */
struct hidden_tag {
    uint64_t offset;
    uint64_t value;
};

/* A pointer that the dynamic linker sets to a function that opens files (names.h). */
struct slot {
    uint64_t address;
    uint64_t function;
};

/* What the packer has worked out about a member (packer/image.py writes it). All pointers are into one block. */
struct image_plan {
    enum tier best;
    uint64_t init;             /* DT_INIT: address, or 0 */
    uint64_t init_array;       /* DT_INIT_ARRAY: address */
    uint64_t init_array_count; /* of pointers */
    uint64_t dynamic;          /* PT_DYNAMIC: address and bytes */
    uint64_t dynamic_size;
    uint64_t relro; /* PT_GNU_RELRO: address and bytes */
    uint64_t relro_size;
    uint64_t relative; /* relative relocations that a sparse image hides: address of an Elf64_Rela, and how many */
    uint64_t relative_count;
    const struct segment *segments;
    size_t segment_count;
    const struct range *copies; /* what a sparse image holds */
    size_t copy_count;
    const struct hidden_tag *hidden;
    size_t hidden_count;
    const struct slot *slots;
    size_t slot_count;
    const struct range *untouched; /* whole pages of writable segments that the dynamic linker does not write to */
    size_t untouched_count;
};

/* One member to load. */
struct image_request {
    int par;                  /* descriptor of the par */
    uint64_t offset;          /* of the member in it, on a page boundary */
    uint64_t size;            /* bytes */
    int memory;               /* an empty memory file */
    const char *path;         /* a spelling of that file's path that was never used before */
    const char *name;         /* what link_map.l_name is to be */
    const uint8_t *patches;   /* records: u64 offset, u64 length, bytes */
    size_t patches_size;
    enum tier tier;
};

/* What became of it. On failure `what` names the step, and `code` is an errno, or 0 where `text` says it (dlerror(3)). */
struct image_result {
    void *handle;
    enum tier tier;
    const char *what;
    int code;
    const char *text;
};

/* A member to load, how, and what became of it. */
struct image {
    struct image_request request;
    struct image_plan plan;
    struct image_result result;
};

/* Reads a plan. Returns 0, or -1 where the block is none. */
int image_plan_read(struct image_plan *plan, const void *block, size_t size);

/* Loads members, RTLD_NOW and RTLD_LOCAL, all before the constructors of any are called, which are called in this order.
 * together: path of a library that needs them all, and others whose symbols they see, too; NULL where they need none.
 * All get the tier that each of them allows. Returns NULL, or the one that has failed. */
struct image *images_load(struct image *images, size_t count, const char *together);

/* Loads one. Returns 0 or -1. */
int image_load(const struct image_request *request, const struct image_plan *plan, struct image_result *result);

/* Loads a copy of a member, whatever the tier asked for: what nothing of the par can be mapped over. Returns 0 or -1. */
int image_load_plain(const struct image_request *request, const struct image_plan *plan, struct image_result *result);

/* Maps the read-only segments of a member that is loaded already from the par. */
void image_map_over(const struct image_request *request, const struct image_plan *plan, void *handle,
                   struct image_result *result);

/* Gives a loaded library, which `path` finds, another name: a debugger would open /proc/self/fd/N in its own process. */
void image_rename(const char *path, const char *name);
