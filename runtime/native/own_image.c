#define _GNU_SOURCE
#include "own_image.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include "versions.h"

int own_image_share(int par, uint64_t offset, int memory)
{
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), kept = UINT64_MAX;
    Dl_info own;
    uintptr_t base;
    const ElfW(Ehdr) *header;
    const ElfW(Phdr) *segments;

    if (offset % page || !dladdr(__func__, &own)) {
        errno = EINVAL;
        return -1;
    }
    base = (uintptr_t)own.dli_fbase;
    header = own.dli_fbase;
    segments = (const void *)(base + header->e_phoff);
    for (int i = 0; i < header->e_phnum; i++)
        if (segments[i].p_type == PT_LOAD && segments[i].p_flags & PF_W && segments[i].p_offset / page * page < kept)
            kept = segments[i].p_offset / page * page;
    for (int i = 0; i < header->e_phnum; i++) {
        uint64_t start = segments[i].p_vaddr / page * page;
        if (segments[i].p_type != PT_LOAD || segments[i].p_flags & PF_W)
            continue;
        if ((segments[i].p_vaddr - segments[i].p_offset) % page) {
            errno = EINVAL;
            return -1;
        }
        if (mmap((void *)(base + start), segments[i].p_vaddr + segments[i].p_filesz - start,
                 PROT_READ | (segments[i].p_flags & PF_X ? PROT_EXEC : 0), MAP_PRIVATE | MAP_FIXED, par,
                 (off_t)(offset + segments[i].p_offset / page * page)) == MAP_FAILED)
            return -1;
    }
    if (kept && kept != UINT64_MAX)
        fallocate(memory, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, (off_t)kept);
    return 0;
}
