/* Binds what the loader uses of glibc to versions that each glibc has had from the start, so that a loader that is built on a
 * new machine loads on an old one. (dlopen and its like, and what libpthread.so.0 had, have moved into libc.so.6 with 2.34, under a new version.) */
#pragma once

#if defined(__x86_64__)
#define OLDEST "GLIBC_2.2.5"
#define OLDEST_DLINFO "GLIBC_2.3.3"
#elif defined(__aarch64__)
#define OLDEST "GLIBC_2.17"
#define OLDEST_DLINFO "GLIBC_2.17"
#endif

#ifdef OLDEST
__asm__(".symver dlopen,dlopen@" OLDEST);
__asm__(".symver dlclose,dlclose@" OLDEST);
__asm__(".symver dlerror,dlerror@" OLDEST);
__asm__(".symver dlsym,dlsym@" OLDEST);
__asm__(".symver dladdr,dladdr@" OLDEST);
__asm__(".symver dlinfo,dlinfo@" OLDEST_DLINFO);
__asm__(".symver pthread_mutex_trylock,pthread_mutex_trylock@" OLDEST);
#endif
