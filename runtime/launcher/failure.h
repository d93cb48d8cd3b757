/* How the launcher ends a process that cannot start: one paragraph that says what was found, what is needed, the mend. */
#pragma once

_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
