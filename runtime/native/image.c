/* The image loader.
 *
 * The dynamic linker maps whole files, and a member is a part of one. So it gets a memory file to map, and what it has
 * mapped read-only is then replaced, at the same addresses, by the same bytes of the par: these pages are the par's page
 * cache, which all processes share.
 *
 *   full    The memory file is a copy of the member.
 *   sparse  The memory file has holes where the dynamic linker does not look while it loads: in text and read-only data.
 *           The constructors must not run before those are mapped, so the image hides them from the dynamic linker, and
 *           they are called here. Many relative relocations are hidden and made here, too: then their table, and pages
 *           that have no others, are never copied, and each page that is written to becomes the process's own but once.
 *
 * The plan, worked out when the par is built, says what a sparse image has to hold, and whether a member may be sparse.
 */
#define _GNU_SOURCE
#include "image.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "hooks.h"
#include "versions.h"

#ifndef F_ADD_SEALS /* linux/fcntl.h; glibc has it since 2.27 */
#define F_ADD_SEALS 1033
#define F_SEAL_SEAL 1
#define F_SEAL_SHRINK 2
#define F_SEAL_GROW 4
#define F_SEAL_WRITE 8
#endif

/* The kernel transfers at most this much in one call (sendfile(2)). */
#define MOST 0x7ffff000u

/* One request to read ahead fetches no more than the device's read_ahead_kb, by default this. */
#define AHEAD_BYTES 131072u

/* Members that are larger than this are not read as a whole before they are used. */
#define AHEAD_MOST (64u << 20)

/* RWF_NOWAIT, linux/fs.h */
#define NOWAIT 8

/* Words of a plan before its tables. */
#define HEADER_WORDS 15

/* A run of untouched pages of a writable segment is worth a mapping of its own from this size on. */
#define RUN_BYTES 32768u

/* /proc/PID/pagemap, Documentation/admin-guide/mm/pagemap.rst */
#define PAGE_PRESENT (1ull << 63)
#define PAGE_SWAPPED (1ull << 62)
#define PAGE_OF_FILE (1ull << 61)

typedef void (*constructor)(int, char **, char **);

/* The dynamic linker hands these to every constructor, and so do we. */
static int argument_count;
static char **arguments;

__attribute__((constructor)) static void remember(int count, char **values)
{
    argument_count = count;
    arguments = values;
}

static uint64_t page_size(void) { return (uint64_t)sysconf(_SC_PAGESIZE); }

static uint64_t down(uint64_t value, uint64_t page) { return value & ~(page - 1); }

static uint64_t up(uint64_t value, uint64_t page) { return down(value + page - 1, page); }

static int fail(struct image_result *result, const char *what)
{
    result->what = what;
    result->code = errno;
    return -1;
}

int image_plan_read(struct image_plan *plan, const void *block, size_t size)
{
    const uint64_t *words = block;
    size_t count = size / sizeof *words, used = HEADER_WORDS;
    uint64_t tables[5];
    static const size_t widths[5] = {5, 2, 2, 2, 2};

    if (size % sizeof *words || count < HEADER_WORDS || words[0] > TIER_SPARSE || (uintptr_t)block % sizeof *words)
        return -1;
    for (int i = 0; i < 5; i++) {
        tables[i] = words[10 + i];
        if (tables[i] > (count - used) / widths[i])
            return -1;
        used += tables[i] * widths[i];
    }
    if (used != count)
        return -1;
    plan->best = (enum tier)words[0];
    plan->init = words[1];
    plan->init_array = words[2];
    plan->init_array_count = words[3];
    plan->dynamic = words[4];
    plan->dynamic_size = words[5];
    plan->relro = words[6];
    plan->relro_size = words[7];
    plan->relative = words[8];
    plan->relative_count = words[9];
    words += HEADER_WORDS;
    plan->segments = (const struct segment *)words;
    plan->segment_count = tables[0];
    words += tables[0] * widths[0];
    plan->copies = (const struct range *)words;
    plan->copy_count = tables[1];
    words += tables[1] * widths[1];
    plan->hidden = (const struct hidden_tag *)words;
    plan->hidden_count = tables[2];
    words += tables[2] * widths[2];
    plan->slots = (const struct slot *)words;
    plan->slot_count = tables[3];
    words += tables[3] * widths[3];
    plan->untouched = (const struct range *)words;
    plan->untouched_count = tables[4];
    return 0;
}

/* Whether the page cache holds a byte of the par. Where the kernel or the file system cannot tell, it is taken to be there. */
static int is_cached(int par, uint64_t offset)
{
    char byte;
    struct iovec place = {&byte, 1};

#ifdef SYS_preadv2 /* Linux 4.6; through syscall(2), as glibc has had preadv2 only since 2.26 */
    return syscall(SYS_preadv2, par, &place, 1ul, (unsigned long)offset, (unsigned long)(offset >> 32 >> 32), NOWAIT) >= 0 ||
           errno != EAGAIN;
#else
    (void)place;
    (void)par;
    (void)offset;
    return 1;
#endif
}

/* Has the kernel fetch a part of the member, if it is not in the page cache. */
static void fetch(const struct image_request *request, uint64_t offset, uint64_t size)
{
    if (is_cached(request->par, request->offset + offset + size / 2))
        return;
    for (uint64_t done = 0; done < size; done += AHEAD_BYTES)
        posix_fadvise(request->par, (off_t)(request->offset + offset + done), AHEAD_BYTES, POSIX_FADV_WILLNEED);
}

/* Has the kernel fetch the whole member: faults would fetch it in pieces, one after the other, and each would read around in
 * other members, too. Of a very large one, a program uses a part, and what a sparse image copies is enough. */
static void read_ahead(const struct image_request *request, const struct image_plan *plan)
{
    if (request->size <= AHEAD_MOST || request->tier != TIER_SPARSE)
        fetch(request, 0, request->size);
    else
        for (size_t i = 0; i < plan->copy_count; i++)
            fetch(request, plan->copies[i].offset, plan->copies[i].size);
}

/* Copies bytes of the member to the same place in the memory file. */
static int copy(const struct image_request *request, uint64_t offset, uint64_t size)
{
    off_t from = (off_t)(request->offset + offset);

    if (offset + size > request->size)
        size = offset < request->size ? request->size - offset : 0;
    if (lseek(request->memory, (off_t)offset, SEEK_SET) < 0)
        return -1;
    while (size) {
        ssize_t sent = sendfile(request->memory, request->par, &from, size < MOST ? size : MOST);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent == 0)
            errno = ENODATA; /* the par was cut */
        if (sent <= 0)
            return -1;
        size -= (uint64_t)sent;
    }
    return 0;
}

static int write_at(int file, const void *bytes, size_t size, uint64_t offset)
{
    const char *next = bytes;

    while (size) {
        ssize_t written = pwrite(file, next, size, (off_t)offset);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return -1;
        next += written;
        offset += (uint64_t)written;
        size -= (size_t)written;
    }
    return 0;
}

static int patch(const struct image_request *request)
{
    const uint8_t *next = request->patches;
    size_t left = request->patches_size;

    while (left >= 16) {
        uint64_t offset, size;
        memcpy(&offset, next, 8);
        memcpy(&size, next + 8, 8);
        next += 16;
        left -= 16;
        if (size > left) {
            errno = EINVAL;
            return -1;
        }
        if (write_at(request->memory, next, size, offset))
            return -1;
        next += size;
        left -= size;
    }
    return 0;
}

static int fill(const struct image_request *request, const struct image_plan *plan)
{
    if (request->tier == TIER_FULL) {
        if (copy(request, 0, request->size))
            return -1;
        return patch(request);
    }
    if (ftruncate(request->memory, (off_t)request->size))
        return -1;
    for (size_t i = 0; i < plan->copy_count; i++)
        if (copy(request, plan->copies[i].offset, plan->copies[i].size))
            return -1;
    for (size_t i = 0; i < plan->hidden_count; i++)
        if (write_at(request->memory, &plan->hidden[i].value, sizeof plan->hidden[i].value, plan->hidden[i].offset))
            return -1;
    return patch(request);
}

/* Whether a segment is one that the par's own pages can take the place of. */
static int replaceable(const struct segment *segment) { return !(segment->flags & PF_W) && segment->file_size; }

static int protection(uint64_t flags)
{
    return (flags & PF_R ? PROT_READ : 0) | (flags & PF_W ? PROT_WRITE : 0) | (flags & PF_X ? PROT_EXEC : 0);
}

static int map_segments(const struct image_request *request, const struct image_plan *plan, uintptr_t base)
{
    uint64_t page = page_size();

    for (size_t i = 0; i < plan->segment_count; i++) {
        const struct segment *segment = &plan->segments[i];
        uint64_t start = down(segment->address, page);
        if (!replaceable(segment))
            continue;
        if (mmap((void *)(base + start), segment->address + segment->file_size - start, protection(segment->flags),
                 MAP_PRIVATE | MAP_FIXED, request->par,
                 (off_t)(request->offset + down(segment->offset, page))) == MAP_FAILED)
            return -1;
    }
    return 0;
}

/* The address, relative to the image, of an offset in a writable segment; 0 where there is none. */
static uint64_t writable_address(const struct image_plan *plan, uint64_t offset)
{
    for (size_t i = 0; i < plan->segment_count; i++) {
        const struct segment *segment = &plan->segments[i];
        if (!replaceable(segment) && offset >= segment->offset && offset - segment->offset < segment->file_size)
            return segment->address + (offset - segment->offset);
    }
    return 0;
}

/* Maps from the par what the dynamic linker has not written to, and makes the relative relocations. Where the par cannot be mapped
 * the memory file gets the bytes after all, which these mappings show. Returns 0 or -1. */
static int relocate(const struct image_request *request, const struct image_plan *plan, uintptr_t base, int can_map)
{
    uint64_t page = page_size();
    uintptr_t start = base + down(plan->relro, page), end = base + down(plan->relro + plan->relro_size, page);
    const ElfW(Rela) *relocations = (const void *)(base + plan->relative);
    uintptr_t first, last;

    if (!plan->relative_count)
        return 0;
    if (end > start)
        mprotect((void *)start, end - start, PROT_READ | PROT_WRITE);
    for (size_t i = 0; i < plan->untouched_count; i++) {
        const struct range *range = &plan->untouched[i];
        if ((!can_map || mmap((void *)(base + writable_address(plan, range->offset)), range->size, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_FIXED, request->par, (off_t)(request->offset + range->offset)) == MAP_FAILED) &&
            copy(request, range->offset, range->size))
            return -1;
    }
    for (uint64_t i = 0; i < plan->relative_count; i++)
        *(uintptr_t *)(base + relocations[i].r_offset) = base + (uintptr_t)relocations[i].r_addend;
    if (end > start)
        mprotect((void *)start, end - start, PROT_READ);
    /* Nobody reads the table again: as long as its pages are mapped they count as this process's memory. */
    first = up((uintptr_t)relocations, page), last = down((uintptr_t)(relocations + plan->relative_count), page);
    if (can_map && last > first)
        madvise((void *)first, last - first, MADV_DONTNEED);
    return 0;
}

/* The pages of one writable segment, and what is to become of each. */
struct pages {
    const struct segment *segment;
    uint64_t first; /* page number in the member */
    uint64_t count;
    uint64_t *entries; /* of the page map */
};

static int is_own_copy(uint64_t entry)
{
    return (entry & PAGE_SWAPPED) || ((entry & PAGE_PRESENT) && !(entry & PAGE_OF_FILE));
}

/* The address, relative to the image, of a page. */
static uint64_t address_of(const struct pages *pages, uint64_t number, uint64_t page)
{
    return down(pages->segment->address, page) + number * page;
}

static int is_dynamic(const struct image_plan *plan, uint64_t address, uint64_t page)
{
    return address < plan->dynamic + plan->dynamic_size && plan->dynamic < address + page;
}

/* Whether the dynamic linker has made a page read-only: _dl_protect_relro in elf/dl-reloc.c. */
static int is_guarded(const struct image_plan *plan, uint64_t address, uint64_t page)
{
    return down(plan->relro, page) <= address && address + page <= down(plan->relro + plan->relro_size, page);
}

/* Maps long runs of pages that nothing has written to from the par, too; the memory file need not hold them. The dynamic
 * section stays: it has been patched. */
static void map_untouched(const struct image_request *request, const struct image_plan *plan, uintptr_t base,
                          struct pages *pages, uint64_t page)
{
    uint64_t whole = (pages->segment->offset + pages->segment->file_size) / page - pages->first;

    for (uint64_t i = 0, end; i < whole; i = end > i ? end : i + 1) {
        int guarded = is_guarded(plan, address_of(pages, i, page), page);
        for (end = i; end < whole && !is_own_copy(pages->entries[end]); end++) {
            uint64_t address = address_of(pages, end, page);
            if (is_dynamic(plan, address, page) || is_guarded(plan, address, page) != guarded)
                break;
        }
        if ((end - i) * page < RUN_BYTES)
            continue;
        if (mmap((void *)(base + address_of(pages, i, page)), (end - i) * page,
                 guarded ? PROT_READ : protection(pages->segment->flags), MAP_PRIVATE | MAP_FIXED, request->par,
                 (off_t)(request->offset + (pages->first + i) * page)) == MAP_FAILED)
            continue;
        for (uint64_t k = i; k < end; k++)
            pages->entries[k] = PAGE_SWAPPED; /* as good as a copy of one's own */
    }
}

/* What is mapped from the par already is not the memory file's. */
static void skip_mapped(const struct image_plan *plan, struct pages *pages, uint64_t page)
{
    for (size_t i = 0; i < plan->untouched_count; i++)
        for (uint64_t k = 0; k < plan->untouched[i].size / page; k++) {
            uint64_t number = plan->untouched[i].offset / page + k;
            if (number >= pages->first && number - pages->first < pages->count)
                pages->entries[number - pages->first] = PAGE_SWAPPED;
        }
}

/* Whether the kernel tells of the pages that this process means: an emulator such as qemu-user may have its program's elsewhere,
 * and then the page map has others. A page of one's own must show in it once it is written to, and not before. */
static int tells(int map, uint64_t page)
{
    static int known = -1;
    volatile char *place;
    uint64_t before = PAGE_SWAPPED, after = 0;
    off_t where;

    if (known >= 0)
        return known;
    place = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (place == MAP_FAILED)
        return 0;
    where = (off_t)((uintptr_t)place / page * sizeof before);
    known = pread(map, &before, sizeof before, where) == sizeof before;
    *place = 1;
    known = known && pread(map, &after, sizeof after, where) == sizeof after && !is_own_copy(before) && is_own_copy(after);
    munmap((void *)place, page);
    return known;
}

/* Gives back all memory of the memory file that no mapping shows any more. What stays is that of writable pages which
 * nothing has written to. Where the kernel does not tell, all of a writable segment stays. */
static void release(const struct image_request *request, const struct image_plan *plan, uintptr_t base)
{
    uint64_t page = page_size(), total = up(request->size, page) / page;
    int map = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    uint8_t *keep = calloc(total ? total : 1, 1);

    if (!keep) {
        if (map >= 0)
            close(map);
        return;
    }
    if (map >= 0 && !tells(map, page)) {
        close(map);
        map = -1;
    }
    for (size_t i = 0; i < plan->segment_count; i++) {
        struct pages pages = {.segment = &plan->segments[i]};
        if (replaceable(pages.segment) || !pages.segment->file_size)
            continue;
        pages.first = pages.segment->offset / page;
        pages.count = up(pages.segment->offset + pages.segment->file_size, page) / page - pages.first;
        if (pages.count > total - pages.first)
            pages.count = total - pages.first;
        pages.entries = malloc(pages.count * sizeof *pages.entries);
        uint64_t first = (base + down(pages.segment->address, page)) / page;
        ssize_t bytes = (ssize_t)(pages.count * sizeof *pages.entries);
        int known = pages.entries && map >= 0 &&
                    pread(map, pages.entries, (size_t)bytes, (off_t)(first * sizeof *pages.entries)) == bytes;
        if (known && request->tier == TIER_SPARSE)
            skip_mapped(plan, &pages, page);
        if (known)
            map_untouched(request, plan, base, &pages, page);
        for (uint64_t k = 0; k < pages.count; k++)
            if (!known || !is_own_copy(pages.entries[k]))
                keep[pages.first + k] = 1;
        free(pages.entries);
    }
    for (uint64_t i = 0; i < total;) {
        uint64_t end = i;
        while (end < total && !keep[end])
            end++;
        if (end > i)
            fallocate(request->memory, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)(i * page),
                      (off_t)((end - i) * page));
        i = end > i ? end : i + 1;
    }
    free(keep);
    if (map >= 0)
        close(map);
    fcntl(request->memory, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
}

/* Whether the segments lie within the member, and no two share a page of memory, as the packer cannot know the machine's page
 * size. */
static int mappable(const struct image_request *request, const struct image_plan *plan, uint64_t page)
{
    uint64_t end = 0;

    for (size_t i = 0; i < plan->segment_count; i++) {
        const struct segment *segment = &plan->segments[i];
        if ((segment->address - segment->offset) % page || down(segment->address, page) < end)
            return 0;
        if (segment->offset > request->size || segment->file_size > request->size - segment->offset)
            return 0;
        end = up(segment->address + segment->memory_size, page);
    }
    return 1;
}

static void construct(const struct image_plan *plan, uintptr_t base)
{
    if (plan->init)
        ((constructor)(base + plan->init))(argument_count, arguments, environ);
    for (uint64_t i = 0; i < plan->init_array_count; i++) {
        constructor function = ((constructor *)(base + plan->init_array))[i];
        /* 0 and -1 mean none: System V ABI, chapter 5. */
        if (function && (intptr_t)function != -1)
            function(argument_count, arguments, environ);
    }
}

/* What dlopen(3) has made: its handle is this very structure, but only dlinfo(3) says so. */
static struct link_map *map_of(void *handle)
{
    struct link_map *map = NULL;

    return dlinfo(handle, RTLD_DI_LINKMAP, &map) ? handle : map;
}

/* What debuggers and dladdr(3) show, and what dependents find a library without a soname by. */
static void rename_map(struct link_map *map, const char *name)
{
    char *copied = strdup(name);

    if (copied)
        map->l_name = copied; /* dlclose(3) frees it */
}

void image_rename(const char *path, const char *name)
{
    void *handle = dlopen(path, RTLD_LAZY | RTLD_NOLOAD);

    if (!handle)
        return;
    rename_map(map_of(handle), name);
    dlclose(handle);
}

/* Makes the memory file. Returns 0 or -1. */
static int prepare(struct image *image)
{
    read_ahead(&image->request, &image->plan);
    return fill(&image->request, &image->plan) ? fail(&image->result, "copy") : 0;
}

/* Maps from the par what the dynamic linker has mapped of the memory file. Returns 0 or -1. */
static int complete(struct image *image)
{
    const struct image_request *request = &image->request;
    const struct image_plan *plan = &image->plan;
    struct image_result *result = &image->result;
    struct link_map *map = map_of(result->handle);
    uintptr_t base = (uintptr_t)map->l_addr;

    if (map_segments(request, plan, base)) {
        /* What is not mapped from the par still shows the memory file: it needs the bytes after all. */
        int code = errno;
        for (size_t i = 0; i < plan->segment_count; i++)
            if (request->tier == TIER_SPARSE && replaceable(&plan->segments[i]) &&
                copy(request, plan->segments[i].offset, plan->segments[i].file_size))
                return fail(result, "map"); /* it stays as it is: its destructors cannot be called */
        if (request->tier == TIER_SPARSE && (patch(request) || relocate(request, plan, base, 0)))
            return fail(result, "map");
        result->code = code;
        result->tier = TIER_PLAIN;
    } else {
        if (request->tier == TIER_SPARSE && relocate(request, plan, base, 1))
            return fail(result, "map");
        result->tier = request->tier;
        release(request, plan, base);
    }
    rename_map(map, request->name);
    hooks_install(plan, map);
    return 0;
}

struct image *images_load(struct image *images, size_t count, const char *together)
{
    uint64_t page = page_size();
    enum tier tier = TIER_SPARSE;

    for (size_t i = 0; i < count; i++) {
        struct image *image = &images[i];
        memset(&image->result, 0, sizeof image->result);
        tier = image->request.tier < tier ? image->request.tier : tier;
        tier = image->plan.best < tier ? image->plan.best : tier;
        if (tier == TIER_PLAIN || image->request.offset % page || !mappable(&image->request, &image->plan, page)) {
            errno = ENOTSUP;
            fail(&image->result, "plan");
            return image;
        }
    }
    for (size_t i = 0; i < count; i++) {
        images[i].request.tier = tier;
        if (prepare(&images[i]))
            return &images[i];
    }
    if (together && !dlopen(together, RTLD_NOW | RTLD_LOCAL)) {
        images->result.what = "dlopen";
        images->result.text = dlerror();
        return images;
    }
    for (size_t i = 0; i < count; i++) {
        images[i].result.handle = dlopen(images[i].request.path, RTLD_NOW | RTLD_LOCAL);
        if (!images[i].result.handle) {
            images[i].result.what = "dlopen";
            images[i].result.text = dlerror();
            return &images[i];
        }
    }
    for (size_t i = 0; i < count; i++)
        if (complete(&images[i]))
            return &images[i];
    for (size_t i = 0; i < count; i++)
        if (tier == TIER_SPARSE)
            construct(&images[i].plan, (uintptr_t)map_of(images[i].result.handle)->l_addr);
    return NULL;
}

int image_load(const struct image_request *request, const struct image_plan *plan, struct image_result *result)
{
    struct image image = {.request = *request, .plan = *plan};
    struct image *failed = images_load(&image, 1, NULL);

    *result = image.result;
    return failed ? -1 : 0;
}

int image_load_plain(const struct image_request *request, const struct image_plan *plan, struct image_result *result)
{
    struct link_map *map;

    memset(result, 0, sizeof *result);
    if (copy(request, 0, request->size) || patch(request))
        return fail(result, "copy");
    result->handle = dlopen(request->path, RTLD_NOW | RTLD_LOCAL);
    if (!result->handle) {
        result->what = "dlopen";
        result->text = dlerror();
        return -1;
    }
    map = map_of(result->handle);
    rename_map(map, request->name);
    hooks_install(plan, map);
    return 0;
}

void image_map_over(const struct image_request *asked, const struct image_plan *plan, void *handle,
                    struct image_result *result)
{
    struct image_request request = *asked;
    uint64_t page = page_size();
    struct link_map *map = map_of(handle);
    uintptr_t base = (uintptr_t)map->l_addr;

    memset(result, 0, sizeof *result);
    result->handle = handle;
    request.tier = TIER_FULL; /* it is a copy, of which nothing is mapped from the par yet */
    if (plan->best != TIER_PLAIN && !(request.offset % page) && mappable(&request, plan, page) &&
        !map_segments(&request, plan, base)) {
        result->tier = TIER_FULL;
        release(&request, plan, base);
    }
    rename_map(map, request.name);
    hooks_install(plan, map);
}
