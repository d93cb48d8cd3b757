/* Loads a library that lies at an offset of a file by the image loader, as a par does, and reports what became of it.
 *
 *   driver FILE OFFSET SIZE TIER PLAN [FUNCTION]     load it, call int FUNCTION(void), close it
 *   driver --fuzz SEED COUNT [PLAN]                  read plans of random words, and of altered ones
 *   driver --repeat COUNT FILE OFFSET SIZE TIER PLAN FUNCTION   load, call and close it so often
 *
 * Prints `tier N ERRNO`, `seals N held BYTES` of the memory file, `table N of PAGES`: how much of the table of relocations that the
 * loader makes this process has in memory, `result N`; or `error STEP ERRNO TEXT`; and, at the end, `descriptors N`: how many more
 * are open than before. Repeating prints `grown MAPPINGS DESCRIPTORS PAGES ALLOCATED`: by how
 * much more there is after the second half than after the first, ALLOCATED in bytes. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <malloc.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "image.h"

static int open_descriptors(void)
{
    int count = 0;
    DIR *folder = opendir("/proc/self/fd");

    if (!folder)
        return -1;
    while (readdir(folder))
        count++;
    closedir(folder);
    return count;
}

/* The bytes of a file, or NULL. */
static void *contents(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    void *bytes;
    long length;

    if (!file)
        return NULL;
    fseek(file, 0, SEEK_END);
    length = ftell(file);
    rewind(file);
    bytes = malloc(length > 0 ? (size_t)length : 1);
    *size = bytes ? fread(bytes, 1, (size_t)length, file) : 0;
    fclose(file);
    return bytes;
}

/* Bytes of memory that a memory file takes. */
static long long held(int file)
{
    struct stat status;

    return fstat(file, &status) ? -1 : (long long)status.st_blocks * 512;
}

/* Pages of an image, from `first` on, that this process has in memory (Documentation/admin-guide/mm/pagemap.rst); -1 for an error. */
static long present(void *handle, uint64_t first, uint64_t count)
{
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), entry, base = ((struct link_map *)handle)->l_addr;
    int map = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    long found = 0;

    for (uint64_t i = 0; i < count && found >= 0; i++) {
        if (pread(map, &entry, sizeof entry, (off_t)((base / page + first + i) * sizeof entry)) == sizeof entry)
            found += (long)(entry >> 63);
        else
            found = -1;
    }
    close(map);
    return found;
}

static uint64_t seed;

static uint64_t number(void) /* xorshift64 */
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    return seed ^= seed << 17;
}

/* Reads all that a plan points at, so that the sanitizer sees a pointer that leads astray. */
static uint64_t sum(const struct image_plan *plan)
{
    uint64_t total = 0;

    for (size_t i = 0; i < plan->segment_count; i++)
        total += plan->segments[i].address + plan->segments[i].flags;
    for (size_t i = 0; i < plan->copy_count; i++)
        total += plan->copies[i].offset + plan->copies[i].size;
    for (size_t i = 0; i < plan->hidden_count; i++)
        total += plan->hidden[i].offset + plan->hidden[i].value;
    for (size_t i = 0; i < plan->slot_count; i++)
        total += plan->slots[i].address + plan->slots[i].function;
    return total;
}

static int fuzz(long count, const void *good, size_t good_size)
{
    long read = 0;
    uint64_t total = 0;

    for (long i = 0; i < count; i++) {
        struct image_plan plan;
        int altered = good && i % 2;
        size_t size = altered ? good_size : number() % 400;
        uint8_t *block = malloc(size ? size : 1); /* of its exact size: the sanitizer sees each byte too many */
        if (!block)
            return 1;
        if (altered) {
            memcpy(block, good, size);
            if (number() % 4 == 0)
                size = number() % size;
            for (uint64_t changes = number() % 3; size && changes; changes--)
                block[number() % (number() % 2 ? size : size < 104 ? size : 104)] = (uint8_t)number();
        } else {
            for (size_t k = 0; k < size; k++)
                block[k] = number() % 3 ? 0 : (uint8_t)(number() % 5);
        }
        if (!image_plan_read(&plan, block, size)) {
            read++;
            total += sum(&plan);
        }
        free(block);
    }
    printf("read %ld of %ld (%llx)\n", read, count, (unsigned long long)total);
    return 0;
}

/* From now on mmap(2) of one descriptor fails with EACCES. */
static int refuse_mapping(int descriptor)
{
    struct sock_filter program[] = {
        {BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(struct seccomp_data, nr)},
        {BPF_JMP | BPF_JEQ | BPF_K, 0, 3, SYS_mmap},
        {BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(struct seccomp_data, args[4])},
        {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, (unsigned)descriptor},
        {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | EACCES},
        {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
    };
    struct sock_fprog filter = {sizeof program / sizeof *program, program};

    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
}

struct usage {
    long mappings, descriptors, pages, allocated;
};

static struct usage usage(void)
{
    struct usage now = {0, open_descriptors(), 0, (long)mallinfo2().uordblks};
    FILE *file = fopen("/proc/self/maps", "r");
    int letter;

    while (file && (letter = getc(file)) != EOF)
        now.mappings += letter == '\n';
    if (file)
        fclose(file);
    file = fopen("/proc/self/statm", "r");
    if (!file || fscanf(file, "%*d %ld", &now.pages) != 1)
        now.pages = -1;
    if (file)
        fclose(file);
    return now;
}

/* values: COUNT FILE OFFSET SIZE TIER PLAN FUNCTION */
static int repeat(char **values)
{
    long count = strtol(values[0], NULL, 0);
    struct image_request request = {.offset = strtoull(values[2], NULL, 0), .size = strtoull(values[3], NULL, 0)};
    struct image_plan plan;
    struct image_result result;
    struct usage half = {0, 0, 0, 0}, end;
    char path[64];
    size_t size = 0;
    void *block = contents(values[5], &size);
    int (*function)(void);

    if (!block || image_plan_read(&plan, block, size))
        return 2;
    request.par = open(values[1], O_RDONLY | O_CLOEXEC);
    request.tier = (enum tier)atoi(values[4]);
    request.name = "driver/image.so";
    request.path = path;
    for (long i = 0; i < count; i++) {
        request.memory = (int)syscall(SYS_memfd_create, "image", 3u);
        snprintf(path, sizeof path, "/proc/self/fd/%d", request.memory);
        if (image_load(&request, &plan, &result)) {
            printf("error %s %d %s\n", result.what, result.code, result.text ? result.text : strerror(result.code));
            return 1;
        }
        close(request.memory);
        *(void **)&function = dlsym(result.handle, values[6]);
        if (!function || (int)result.tier != (int)request.tier || function() != 42)
            return 1;
        dlclose(result.handle);
        if (i + 1 == count / 2)
            half = usage();
    }
    end = usage();
    printf("grown %ld %ld %ld %ld\n", end.mappings - half.mappings, end.descriptors - half.descriptors,
           end.pages - half.pages, end.allocated - half.allocated);
    close(request.par);
    free(block);
    return 0;
}

/* values: FILE OFFSET SIZE TIER PLAN FUNCTION, twice: both are loaded by one call. */
static int two(char **values)
{
    struct image images[2] = {0}, *failed;
    char paths[2][64];
    void *blocks[2];
    int (*function)(void);

    for (int i = 0; i < 2; i++) {
        struct image_request *request = &images[i].request;
        char **own = values + 6 * i;
        size_t size = 0;
        blocks[i] = contents(own[4], &size);
        if (!blocks[i] || image_plan_read(&images[i].plan, blocks[i], size))
            return 2;
        request->par = open(own[0], O_RDONLY | O_CLOEXEC);
        request->offset = strtoull(own[1], NULL, 0);
        request->size = strtoull(own[2], NULL, 0);
        request->tier = (enum tier)atoi(own[3]);
        request->memory = (int)syscall(SYS_memfd_create, "image", 3u);
        request->name = own[5];
        request->path = paths[i];
        snprintf(paths[i], sizeof paths[i], "/proc/self/fd/%d", request->memory);
    }
    failed = images_load(images, 2, NULL);
    if (failed) {
        printf("error %s %d %s\n", failed->result.what, failed->result.code,
               failed->result.text ? failed->result.text : strerror(failed->result.code));
        printf("failed %d\n", (int)(failed - images));
    }
    for (int i = 0; i < 2; i++) {
        if (!failed) {
            *(void **)&function = dlsym(images[i].result.handle, values[6 * i + 5]);
            printf("result%d %d %d\n", i, (int)images[i].result.tier, function ? function() : -1);
            dlclose(images[i].result.handle);
        }
        close(images[i].request.par);
        close(images[i].request.memory);
        free(blocks[i]);
    }
    return 0;
}

int main(int count, char **values)
{
    struct image_request request = {0};
    struct image_plan plan;
    struct image_result result;
    char path[64];
    size_t size = 0;
    void *block;
    int before, code, (*function)(void);
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), first, pages;

    setvbuf(stdout, NULL, _IOLBF, 0);
    if (count >= 4 && !strcmp(values[1], "--fuzz")) {
        seed = strtoull(values[2], NULL, 0) | 1;
        block = count > 4 ? contents(values[4], &size) : NULL;
        code = fuzz(strtol(values[3], NULL, 0), block, size);
        free(block);
        return code;
    }
    if (count == 9 && !strcmp(values[1], "--repeat"))
        return repeat(values + 2);
    if (count == 14 && !strcmp(values[1], "--two"))
        return two(values + 2);
    if (count < 6) {
        fprintf(stderr, "usage: %s FILE OFFSET SIZE TIER PLAN [FUNCTION]\n", values[0]);
        return 2;
    }
    block = contents(values[5], &size);
    before = open_descriptors();
    if (!block || image_plan_read(&plan, block, size)) {
        puts("error plan 0");
        free(block);
        return 0;
    }
    request.par = open(values[1], O_RDONLY | O_CLOEXEC);
    request.offset = strtoull(values[2], NULL, 0);
    request.size = strtoull(values[3], NULL, 0);
    request.tier = (enum tier)atoi(values[4]);
    request.memory = (int)syscall(SYS_memfd_create, "image", 3u) /* MFD_CLOEXEC | MFD_ALLOW_SEALING */;
    request.name = "driver/image.so";
    if (getenv("LIMIT_ADDRESS_SPACE")) { /* bytes more than there are */
        FILE *pages = fopen("/proc/self/statm", "r");
        unsigned long used = 0;
        if (!pages || fscanf(pages, "%lu", &used) != 1)
            return 2;
        fclose(pages);
        rlim_t limit = used * (rlim_t)sysconf(_SC_PAGESIZE) + strtoul(getenv("LIMIT_ADDRESS_SPACE"), NULL, 0);
        setrlimit(RLIMIT_AS, &(struct rlimit){limit, limit});
    }
    if (getenv("REFUSE_MAPPING") && refuse_mapping(request.par))
        return 2;
    if (getenv("LIMIT_DESCRIPTORS")) { /* none more than there are */
        struct rlimit limit = {(rlim_t)request.memory + 1, (rlim_t)request.memory + 1};
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    if (getenv("LIMIT_FILE_SIZE")) { /* bytes that a file may have: a full disk, for memory files */
        rlim_t limit = strtoul(getenv("LIMIT_FILE_SIZE"), NULL, 0);
        signal(SIGXFSZ, SIG_IGN); /* as Python does */
        setrlimit(RLIMIT_FSIZE, &(struct rlimit){limit, limit});
    }
    snprintf(path, sizeof path, "/proc/self/fd/%d", request.memory);
    request.path = path;
    code = image_load(&request, &plan, &result);
    if (code) {
        printf("error %s %d %s\n", result.what, result.code, result.text ? result.text : strerror(result.code));
    } else {
        printf("tier %d %d\n", (int)result.tier, result.code);
        printf("seals %d held %lld\n", fcntl(request.memory, F_GET_SEALS), held(request.memory));
        first = plan.relative / page;
        pages = (plan.relative + plan.relative_count * sizeof(ElfW(Rela)) + page - 1) / page - first;
        printf("table %ld of %llu\n", present(result.handle, first, pages), (unsigned long long)pages);
        *(void **)&function = count > 6 ? dlsym(result.handle, values[6]) : NULL;
        if (function)
            printf("result %d\n", function());
        dlclose(result.handle);
    }
    close(request.par);
    close(request.memory);
    free(block);
    if (getenv("LIMIT_DESCRIPTORS"))
        return 0; /* none is left to look at the others with */
    printf("descriptors %d\n", open_descriptors() - before);
    return 0;
}
