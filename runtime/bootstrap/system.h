/* System calls and the entry point, for a program without a C library. */
#pragma once

#include <asm/unistd.h>
#include <stdint.h>

#if defined(__x86_64__)

/* The kernel starts a program with the stack pointer at argc, and so does what is started next. bootstrap() returns where that
 * is now: 128 bytes are kept free below argc, as the stack grows by what is added to it. */
__asm__(".globl _start\n"
        ".type _start, @function\n"
        "_start:\n"
        "    xor %ebp, %ebp\n"
        "    mov %rsp, %rdi\n"
        "    sub $128, %rsp\n"
        "    call bootstrap\n"
        "    mov %rax, %rsp\n"
        "    xor %edx, %edx\n"
        "    jmp *bootstrap_entry(%rip)\n");

static inline long system_call(long number, long a, long b, long c, long d, long e, long f)
{
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    long result;

    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}

#elif defined(__aarch64__)

__asm__(".globl _start\n"
        ".type _start, %function\n"
        "_start:\n"
        "    mov x29, xzr\n"
        "    mov x30, xzr\n"
        "    mov x0, sp\n"
        "    sub sp, sp, #128\n"
        "    bl bootstrap\n"
        "    mov sp, x0\n"
        "    mov x0, xzr\n"
        "    adrp x16, bootstrap_entry\n"
        "    ldr x16, [x16, #:lo12:bootstrap_entry]\n"
        "    br x16\n");

static inline long system_call(long number, long a, long b, long c, long d, long e, long f)
{
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = e;
    register long x5 __asm__("x5") = f;

    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
    return x0;
}

#else
#error "libc = \"carried\" knows x86_64 and aarch64"
#endif

/* Errors are negative numbers. */
#define CALL(number, a, b, c, d, e, f) \
    system_call(number, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

static inline int is_error(long result) { return result < 0 && result >= -4095; }
