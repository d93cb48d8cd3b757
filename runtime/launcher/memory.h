/* Memory files. */
#pragma once

/* A new, empty memory file, which is closed by exec; -1 and errno where there is none. `name` is what /proc/PID/maps shows. */
int memory_file(const char *name);
