#define _GNU_SOURCE
#include "memory.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

/* memfd_create(2); runtime/memfd_par/memfd.py tells why. */
#define CLOEXEC_FLAG 1u
#define ALLOW_SEALING_FLAG 2u
#define NOEXEC_SEAL_FLAG 8u

int memory_file(const char *name)
{
    long file = syscall(SYS_memfd_create, name, CLOEXEC_FLAG | ALLOW_SEALING_FLAG | NOEXEC_SEAL_FLAG);

    if (file < 0 && errno == EINVAL)
        file = syscall(SYS_memfd_create, name, CLOEXEC_FLAG | ALLOW_SEALING_FLAG);
    return (int)file;
}
