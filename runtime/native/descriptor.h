/* The number of the par's descriptor. */
#pragma once

/* The same file, closed by exec, by a number of 256 or more, or the highest that is left; never by one of the standard streams.
 * Takes `file`'s place, or is `file` where no number is better; -1 and errno where there is none but those of the streams. */
int descriptor_moved_up(int file);
