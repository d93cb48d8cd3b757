/* The launcher of a par that carries its interpreter: the program that such a par begins with. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

#include "failure.h"
#include "early.h"
#include "libraries.h"
#include "par.h"
#include "python.h"
#include "start.h"

#define REQUEST "MEMFD_PAR_INTERPRETER"

#define SECURE                                                                                                   \
    "%s was started with the rights of another user or with capabilities (setuid, setgid, file capabilities), and it runs " \
    "code that its environment may choose. Take these bits off the file, and give the rights by sudo or the service manager."

/* Whether the caller asks for an interpreter; takes the sign of it away, which is not meant for children. */
static int take_request(void)
{
    const char *value = getenv(REQUEST);
    int asked = value && *value && strcmp(value, "0");

    unsetenv(REQUEST);
    return asked;
}

int main(int argc, char **argv)
{
    static char *no_arguments[] = {"", NULL};
    struct par par;
    const struct start *start;
    const struct early *early;

    if (argc < 1) { /* execve(2) with an empty list, before Linux 5.18 */
        argc = 1;
        argv = no_arguments;
    }
    par_open(&par, argv[0]);
    if (getauxval(AT_SECURE))
        fail(SECURE, par.path);
    par.as_interpreter |= take_request();
    start = par_map_checked(&par, record.start, record.start_size, record.start_checksum);
    early = early_share(&par, start);
    par_serve_files(&par, start->files, start->files_size);
    early_hook(start, early);
    return python_run(&par, start, libraries_load(&par, start, early), argc, argv);
}
