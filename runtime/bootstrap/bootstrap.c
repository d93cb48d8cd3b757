/* The bootstrap: what a par begins with whose program is not to be started by the kernel itself.
 *
 * It does for a program what execve(2) does: maps it, straight from the par, and a dynamic linker, the par's own or the
 * machine's, and goes on in the dynamic linker. The process stays the par's, and nothing that children inherit says where
 * anything is. The program is Python itself, and then the launcher is a library that comes first; or it is the launcher.
 *
 * The dynamic linker opens libraries by their paths, so those of the par that the program needs are in memory files, and
 * are the first that it needs; the launcher then maps what they do not write to from the par (runtime/launcher/early.c).
 * For that the program gets another dynamic table, and program headers that point to it; what is mapped stays as it is.
 *
 * There is no C library here, and no relocation: no table of pointers. */
#include <elf.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "handover.h"
#include "system.h"

#define SELF "/proc/self/exe"

/* One that the launcher never makes (spelled() in libraries.c): dlopen(3) compares paths as text. */
#define FOLDER "/proc/self/./fd/"

/* Constants of the kernel; the C library's headers have them all, but not for a program without it. */
#define AT_FDCWD -100
#define O_RDONLY 0
#define O_CLOEXEC 02000000
#define F_DUPFD_CLOEXEC 1030
#define SEEK_END 2
#define PROT_NONE 0
#define PROT_READ 1
#define PROT_WRITE 2
#define PROT_EXEC 4
#define MAP_PRIVATE 0x02
#define MAP_FIXED 0x10
#define MAP_ANONYMOUS 0x20
#define MAP_NORESERVE 0x4000
#define MAP_FIXED_NOREPLACE 0x100000
#define MFD_CLOEXEC 1
#define MFD_ALLOW_SEALING 2
#define MFD_NOEXEC_SEAL 8
#define EPERM 1
#define ENOENT 2
#define ENOMEM 12
#define EACCES 13
#define EEXIST 17
#define EINVAL 22
#define EMFILE 24
#define EFBIG 27
#define ENOSPC 28
#define ENOSYS 38

#define FIRST_PAGE 4096

/* More than any Python needs (packer/bootstrap.py has the same). */
#define MOST_LIBRARIES 32
#define MOST_TAGS 128

#define NO_PAR                                                                                                \
    " is a bootstrap without a par behind it. Run the file that memfd_par_binary builds (NAME.par), whole and as it was " \
    "built; tools that rewrite ELF files (strip, patchelf, objcopy) drop what it carries."
#define NO_PROC                                                                                                \
    " finds its own file and its libraries by their names in /proc, and /proc is not mounted. Mount it (mount -t proc proc /proc), " \
    "or run with a container runtime that does."
#define UNREADABLE                                                                                                    \
    ". The par reads its program from its own file. Make it readable for this user, or raise the limit of open files (ulimit " \
    "-n)."
#define TRUNCATED ". The file must be whole. Copy it again, and compare its size or checksum with the original."
#define NO_MEMFD                                                                                                   \
    ". It keeps libraries in memory files, which needs Linux 3.17 or newer and a seccomp profile that allows memfd_create; " \
    "container runtimes' default profiles do."
#define NO_SPACE                                                                                                         \
    ". Raise the memory limit of the process or of its cgroup, or the limit of file sizes (ulimit -f); a memory file counts " \
    "like any of these."
#define NO_LINKER                                                                                                       \
    ", the dynamic linker of glibc, cannot be opened on this machine. Run it on a distribution with glibc, or build it with " \
    "libc = \"carried\"."
#define BAD_LINKER                                                                                                   \
    " cannot start: the dynamic linker of this machine is no whole ELF file. Mend the machine's libc, or build it with libc = " \
    "\"carried\"."
#define TAKEN                                                                                                              \
    " carries a Python that has to lie at fixed addresses, and some of them are taken. Start it without what takes them (an " \
    "emulator, an instrumenting tool), or build it with a Python that may lie anywhere (PIE)."
#define SECURE                                                                                                   \
    " was started with the rights of another user or with capabilities (setuid, setgid, file capabilities), and it runs " \
    "code that its environment may choose. Take these bits off the file, and give the rights by sudo or the service manager."
#define PAGES " are larger than what it was built for. Run it on a machine or kernel with the usual page size, or build it anew."

/* A file in the par. `checksum` is of what it begins with, at most FIRST_PAGE bytes (par_checksum in runtime/launcher/par.c). */
struct part {
    uint64_t offset;
    uint64_t size;
    uint64_t checksum;
};

struct library {
    struct part part;
    char name[40]; /* of the memory file: what /proc/PID/maps shows */
};

/* What the packer writes in (packer/bootstrap.py finds it by its mark). */
struct record {
    char mark[24];
    struct part program;
    struct part linker; /* of no size: the machine's, which the program names */
    uint64_t library_count;
    struct library libraries[MOST_LIBRARIES]; /* which the program needs first, in this order */
    uint64_t par_size; /* of the whole file */
};

/* Volatile: its values are not those that the compiler sees. */
__attribute__((section(".memfd_par"), used)) static const volatile struct record record = {.mark = "memfd_par bootstrap 002"};

/* Where the dynamic linker begins. */
uint64_t bootstrap_entry __attribute__((visibility("hidden")));

extern Elf64_Dyn _DYNAMIC[] __attribute__((visibility("hidden")));

static struct handover handover;
static struct handed handed[MOST_LIBRARIES];
static char paths[MOST_LIBRARIES][sizeof FOLDER + 20];

/* The program's dynamic table: its own, and the libraries. */
static Elf64_Dyn dynamic[MOST_LIBRARIES + MOST_TAGS];

/* What the kernel has put on the stack. */
struct start {
    uint64_t *stack;         /* argc, and so on */
    Elf64_auxv_t *auxiliary; /* ended by AT_NULL */
    const char *name;        /* of the par, as it was started */
    uint64_t page;
};

/* A program or library in memory. */
struct mapped {
    uint64_t base; /* what is added to its addresses */
    Elf64_Ehdr header;
    Elf64_Phdr *segments;
};

/* The compiler calls these for what it finds too long to do itself. */

void *memset(void *place, int value, size_t size)
{
    for (volatile char *next = place; size; size--)
        *next++ = (char)value;
    return place;
}

void *memcpy(void *place, const void *from, size_t size)
{
    const char *source = from;

    for (volatile char *next = place; size; size--)
        *next++ = *source++;
    return place;
}

static size_t length(const char *text)
{
    size_t count = 0;

    while (text[count])
        count++;
    return count;
}

static void say(const char *text) { CALL(__NR_write, 2, text, length(text), 0, 0, 0); }

/* Ends the process with a paragraph of all these texts, the last of which is followed by NULL. */
static _Noreturn void fail(const char *first, ...)
{
    va_list more;

    say("memfd_par: ");
    va_start(more, first);
    for (const char *text = first; text; text = va_arg(more, const char *))
        say(text);
    va_end(more);
    say("\n");
    for (;;)
        CALL(__NR_exit_group, 1, 0, 0, 0, 0, 0);
}

/* strerror(3) for what these calls are refused with. */
static const char *reason(long code)
{
    switch (-code) {
    case EPERM:
        return "Operation not permitted";
    case ENOENT:
        return "No such file or directory";
    case ENOMEM:
        return "Cannot allocate memory";
    case EACCES:
        return "Permission denied";
    case EINVAL:
        return "Invalid argument";
    case EMFILE:
        return "Too many open files";
    case EFBIG:
        return "File too large";
    case ENOSPC:
        return "No space left on device";
    case ENOSYS:
        return "Function not implemented";
    default:
        return "the kernel refuses it";
    }
}

static uint64_t down(uint64_t value, uint64_t unit) { return value & ~(unit - 1); }

static uint64_t up(uint64_t value, uint64_t unit) { return down(value + unit - 1, unit); }

static uint64_t checksum(const char *bytes, uint64_t size)
{
    uint64_t hash = 14695981039346656037ull, word;

    for (; size; size -= size < 8 ? size : 8, bytes += 8) {
        word = 0;
        memcpy(&word, bytes, size < 8 ? size : 8);
        hash = (hash ^ word) * 1099511628211ull;
    }
    return hash;
}

static Elf64_auxv_t *find(const struct start *start, uint64_t type)
{
    for (Elf64_auxv_t *entry = start->auxiliary; entry->a_type != AT_NULL; entry++)
        if (entry->a_type == type)
            return entry;
    return NULL;
}

static void set(const struct start *start, uint64_t type, uint64_t value)
{
    Elf64_auxv_t *entry = find(start, type);

    if (entry)
        entry->a_un.a_val = value;
}

static void read_stack(struct start *start, uint64_t *stack)
{
    uint64_t *next = stack + 1 + stack[0] + 1; /* behind the arguments */
    Elf64_auxv_t *entry;

    while (*next)
        next++;
    start->stack = stack;
    start->auxiliary = (Elf64_auxv_t *)(next + 1);
    entry = find(start, AT_EXECFN);
    start->name = entry ? (const char *)entry->a_un.a_val : stack[0] ? (const char *)stack[1] : "the par";
    entry = find(start, AT_PAGESZ);
    start->page = entry ? entry->a_un.a_val : 4096;
}

/* The same file by a number that no closed standard stream gives up. */
static long above_streams(long file)
{
    long other;

    if (file < 0 || file > 2)
        return file;
    other = CALL(__NR_fcntl, file, F_DUPFD_CLOEXEC, 3, 0, 0, 0);
    CALL(__NR_close, file, 0, 0, 0, 0, 0);
    return other;
}

static int open_par(const struct start *start)
{
    long file = above_streams(CALL(__NR_openat, AT_FDCWD, SELF, O_RDONLY | O_CLOEXEC, 0, 0, 0));

    if (file == -ENOENT)
        fail(start->name, NO_PROC, NULL);
    if (is_error(file))
        fail(start->name, " cannot be read: ", reason(file), UNREADABLE, NULL);
    if ((uint64_t)CALL(__NR_lseek, file, 0, SEEK_END, 0, 0, 0) < record.par_size)
        fail(start->name, " is truncated or was altered: it is shorter than it was built", TRUNCATED, NULL);
    return (int)file;
}

/* Reads the first page of a part; `what` is none for a file of the machine, which has no checksum. */
static void read_first(const struct start *start, int file, const volatile struct part *part, const char *what, char *page)
{
    uint64_t size = part->size < FIRST_PAGE ? part->size : FIRST_PAGE;
    const Elf64_Ehdr *header = (const Elf64_Ehdr *)page;

    if (part->offset % start->page)
        fail(start->name, " is laid out for smaller pages of memory: this kernel's", PAGES, NULL);
    if ((uint64_t)CALL(__NR_pread64, file, page, size, part->offset, 0, 0) != size ||
        (what && checksum(page, size) != part->checksum) || size < sizeof *header ||
        header->e_phentsize != sizeof(Elf64_Phdr) || header->e_phoff + header->e_phnum * sizeof(Elf64_Phdr) > size)
        fail(start->name, what ? " is truncated or was altered: " : BAD_LINKER, what, " does not match its checksum", TRUNCATED, NULL);
}

static int protection(uint32_t flags)
{
    return (flags & PF_R ? PROT_READ : 0) | (flags & PF_W ? PROT_WRITE : 0) | (flags & PF_X ? PROT_EXEC : 0);
}

static void map(const struct start *start, uint64_t place, uint64_t size, int access, int file, uint64_t offset)
{
    long result = CALL(__NR_mmap, place, size, access, MAP_PRIVATE | MAP_FIXED | (file < 0 ? MAP_ANONYMOUS : 0), file, offset);

    if (is_error(result))
        fail("There is not enough memory to start ", start->name, ": ", reason(result), NO_SPACE, NULL);
}

static void map_segment(const struct start *start, int file, uint64_t from, uint64_t base, const Elf64_Phdr *segment)
{
    uint64_t first = base + down(segment->p_vaddr, start->page);
    uint64_t end = base + segment->p_vaddr + segment->p_filesz;
    uint64_t rest = up(end, start->page);
    uint64_t last = up(base + segment->p_vaddr + segment->p_memsz, start->page);

    if ((segment->p_vaddr - segment->p_offset) % start->page)
        fail(start->name, " is laid out for smaller pages of memory: this kernel's", PAGES, NULL);
    if (segment->p_filesz)
        map(start, first, end - first, protection(segment->p_flags), file, from + down(segment->p_offset, start->page));
    if (segment->p_memsz <= segment->p_filesz)
        return;
    if (segment->p_filesz && segment->p_flags & PF_W)
        memset((void *)end, 0, rest - end);
    if (!segment->p_filesz)
        rest = first;
    if (last > rest)
        map(start, rest, last - rest, protection(segment->p_flags), -1, 0);
}

/* Takes the addresses that a program is to have. */
static uint64_t reserve(const struct start *start, const struct mapped *mapped)
{
    uint64_t low = UINT64_MAX, high = 0, align = start->page;
    int fixed = mapped->header.e_type == ET_EXEC;
    long place;

    for (int i = 0; i < mapped->header.e_phnum; i++) {
        const Elf64_Phdr *segment = &mapped->segments[i];
        if (segment->p_type != PT_LOAD)
            continue;
        low = segment->p_vaddr < low ? segment->p_vaddr : low;
        high = segment->p_vaddr + segment->p_memsz > high ? segment->p_vaddr + segment->p_memsz : high;
        align = segment->p_align > align ? segment->p_align : align;
    }
    if (fixed)
        align = start->page;
    low = down(low, align);
    place = CALL(__NR_mmap, fixed ? low : 0, high - low + (fixed ? 0 : align), PROT_NONE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | (fixed ? MAP_FIXED_NOREPLACE : 0), -1, 0);
    if (fixed && (place == -EEXIST || place == -EPERM || (!is_error(place) && (uint64_t)place != low)))
        fail(start->name, TAKEN, NULL); /* before Linux 4.17 it is elsewhere */
    if (is_error(place))
        fail("There is not enough memory to start ", start->name, ": ", reason(place), NO_SPACE, NULL);
    return fixed ? 0 : up((uint64_t)place, align) - low;
}

/* Maps a part as the kernel maps a program; `page` is what it begins with, and stays. */
static void map_part(const struct start *start, int file, const volatile struct part *part, const char *what, char *page,
                     struct mapped *mapped)
{
    read_first(start, file, part, what, page);
    memcpy(&mapped->header, page, sizeof mapped->header);
    mapped->segments = (Elf64_Phdr *)(page + mapped->header.e_phoff);
    mapped->base = reserve(start, mapped);
    for (int i = 0; i < mapped->header.e_phnum; i++)
        if (mapped->segments[i].p_type == PT_LOAD)
            map_segment(start, file, part->offset, mapped->base, &mapped->segments[i]);
}

static Elf64_Phdr *segment_of(const struct mapped *mapped, uint32_t type)
{
    for (int i = 0; i < mapped->header.e_phnum; i++)
        if (mapped->segments[i].p_type == type)
            return &mapped->segments[i];
    return NULL;
}

/* Maps the dynamic linker: the par's own, or the one that the program names. */
static void map_linker(const struct start *start, int par, const struct mapped *program, char *page, struct mapped *linker)
{
    struct part whole = {0, FIRST_PAGE, 0};
    const char *path;
    long file;

    if (record.linker.size) {
        map_part(start, par, &record.linker, "the dynamic linker", page, linker);
        return;
    }
    path = (const char *)(program->base + segment_of(program, PT_INTERP)->p_vaddr);
    file = CALL(__NR_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0, 0, 0);
    if (is_error(file))
        fail(start->name, " cannot start: ", path, NO_LINKER, NULL);
    map_part(start, (int)file, &whole, NULL, page, linker);
    CALL(__NR_close, file, 0, 0, 0, 0, 0);
}

/* A memory file with a library, whole. */
static int copy_library(const struct start *start, int par, const volatile struct library *library)
{
    uint64_t from = library->part.offset, left = library->part.size;
    long file = CALL(__NR_memfd_create, library->name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL, 0, 0, 0, 0);

    if (file == -EINVAL)
        file = CALL(__NR_memfd_create, library->name, MFD_CLOEXEC | MFD_ALLOW_SEALING, 0, 0, 0, 0);
    file = above_streams(file);
    if (is_error(file))
        fail(start->name, " cannot start: memfd_create(2) failed: ", reason(file), NO_MEMFD, NULL);
    while (left) {
        long sent = CALL(__NR_sendfile, file, par, &from, left, 0, 0);
        if (is_error(sent) || !sent)
            fail("There is not enough memory to start ", start->name, ": ", reason(sent), NO_SPACE, NULL);
        left -= (uint64_t)sent;
    }
    return (int)file;
}

static void spell(char *path, int file)
{
    char digits[12];
    int count = 0;

    memcpy(path, FOLDER, sizeof FOLDER);
    path += sizeof FOLDER - 1;
    do
        digits[count++] = (char)('0' + file % 10);
    while (file /= 10);
    while (count)
        *path++ = digits[--count];
    *path = 0;
}

/* Gives the program a dynamic table by which it needs the memory files first, and only then, by their sonames, the libraries
 * that they already are by then: versions are checked by these names. It looks for nothing where it was built. */
static void need_by_path(const struct start *start, const struct mapped *program)
{
    Elf64_Phdr *segment = segment_of(program, PT_DYNAMIC), *headers = segment_of(program, PT_PHDR);
    const Elf64_Dyn *own = (const Elf64_Dyn *)(program->base + segment->p_vaddr);
    Elf64_Dyn *next = dynamic + record.library_count;
    uint64_t names = 0;

    for (const Elf64_Dyn *entry = own; entry->d_tag != DT_NULL; entry++) {
        if (entry - own >= MOST_TAGS - 1)
            fail(start->name, " is truncated or was altered: its program's dynamic table does not end", TRUNCATED, NULL);
        if (entry->d_tag == DT_RPATH || entry->d_tag == DT_RUNPATH)
            continue;
        if (entry->d_tag == DT_STRTAB)
            names = program->base + entry->d_un.d_ptr;
        if (entry->d_tag == DT_DEBUG)
            handover.debug = &next->d_un.d_val;
        *next++ = *entry;
    }
    for (uint64_t i = 0; i < record.library_count; i++) {
        dynamic[i].d_tag = DT_NEEDED;
        dynamic[i].d_un.d_val = (uint64_t)paths[i] - names; /* an offset, to wherever that is */
    }
    segment->p_vaddr = (uint64_t)dynamic - program->base;
    segment->p_filesz = segment->p_memsz = sizeof dynamic;
    segment->p_flags |= PF_W;
    if (headers)
        headers->p_vaddr = (uint64_t)program->segments - program->base;
}

/* Where a debugger looks for what the dynamic linker has loaded: in the program that the kernel has started, which is this. */
static uint64_t *own_debug(void)
{
    Elf64_Dyn *entry = _DYNAMIC;

    while (entry->d_tag != DT_NULL && entry->d_tag != DT_DEBUG)
        entry++;
    return entry->d_tag == DT_DEBUG ? &entry->d_un.d_val : NULL;
}

/* Adds an entry to the auxiliary vector: all below its end moves down. Returns where the stack begins then. */
static uint64_t *hand_over(const struct start *start)
{
    Elf64_auxv_t *end = start->auxiliary;
    uint64_t *from = start->stack, *to = from - sizeof *end / sizeof *to;

    while (end->a_type != AT_NULL)
        end++;
    while (from < (uint64_t *)end)
        *to++ = *from++;
    end[-1].a_type = HANDOVER_TYPE;
    end[-1].a_un.a_val = (uint64_t)&handover;
    return start->stack - sizeof *end / sizeof *to;
}

__attribute__((used, visibility("hidden"))) uint64_t *bootstrap(uint64_t *stack)
{
    static char pages[3][FIRST_PAGE] __attribute__((aligned(16)));
    struct mapped program, linker;
    struct start start;
    Elf64_auxv_t *secure;
    int par;

    read_stack(&start, stack);
    if (!record.par_size)
        fail(start.name, NO_PAR, NULL);
    secure = find(&start, AT_SECURE);
    if (secure && secure->a_un.a_val)
        fail(start.name, SECURE, NULL);
    par = open_par(&start);
    map_part(&start, par, &record.program, "its program", pages[0], &program);
    map_linker(&start, par, &program, pages[1], &linker);
    for (uint64_t i = 0; i < record.library_count; i++) {
        read_first(&start, par, &record.libraries[i].part, (const char *)record.libraries[i].name, pages[2]);
        handed[i].memory = copy_library(&start, par, &record.libraries[i]);
        spell(paths[i], handed[i].memory);
        handed[i].path = paths[i];
    }
    handover.count = record.library_count;
    handover.shown = own_debug();
    handover.handed = handed;
    need_by_path(&start, &program);
    CALL(__NR_close, par, 0, 0, 0, 0, 0);
    set(&start, AT_PHDR, (uint64_t)program.segments);
    set(&start, AT_PHENT, sizeof(Elf64_Phdr));
    set(&start, AT_PHNUM, program.header.e_phnum);
    set(&start, AT_ENTRY, program.base + program.header.e_entry);
    set(&start, AT_BASE, linker.base);
    bootstrap_entry = linker.base + linker.header.e_entry;
    return hand_over(&start);
}
