/* The launcher as a library that the dynamic linker loads first with Python's own program: it runs in the place of Python's main
 * function. The program's first instructions call this function of libc, by a name that the launcher has, too. */
#define _GNU_SOURCE
#include <dlfcn.h>

#include "failure.h"

typedef int main_function(int, char **, char **);
typedef int start_function(main_function *, int, char **, void (*)(void), void (*)(void), void (*)(void), void *);

int main(int argc, char **argv);

static int launch(int argc, char **argv, char **environment)
{
    (void)environment;
    return main(argc, argv);
}

__attribute__((visibility("default"))) int __libc_start_main(main_function *python, int argc, char **argv, void (*init)(void),
                                                             void (*fini)(void), void (*linker_fini)(void), void *stack_end)
{
    start_function *start = (start_function *)dlsym(RTLD_NEXT, "__libc_start_main");

    (void)python;
    if (!start)
        fail("%s cannot start: its libc has no function that starts a program: %s.", *argv, dlerror());
    return start(launch, argc, argv, init, fini, linker_fini, stack_end);
}
