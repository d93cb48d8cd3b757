#define _GNU_SOURCE
#include "descriptor.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

/* Programs, and those who start them, count on low numbers: to close them one by one, or to have one in its place. Where few are
 * allowed, a number of LOW or more is as good; below it, one is as low as another. */
#define HIGH 256
#define LOW 32

int descriptor_moved_up(int file)
{
    struct rlimit limit = {0, 0};
    int other = fcntl(file, F_DUPFD_CLOEXEC, HIGH), least = file > STDERR_FILENO ? LOW : STDERR_FILENO + 1;

    if (other < 0)
        getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur > HIGH)
        limit.rlim_cur = HIGH;
    for (int number = (int)limit.rlim_cur - 1; other < 0 && number >= least; number--)
        other = fcntl(file, F_DUPFD_CLOEXEC, number);
    if (other < 0 && file > STDERR_FILENO)
        return file;
    close(file);
    return other;
}
