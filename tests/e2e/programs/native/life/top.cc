#include <dlfcn.h>
#include <link.h>
#include <time.h>

#include <typeinfo>

#include "life.h"
#include "tell.h"

static void through(int code) {
  if (code % 2)
    throw_fault(code);
  else
    throw_deep_fault(code);
}

// The code that was thrown two libraries away, and 1000 for each thing that is not as it should be.
extern "C" int caught(int code) {
  int unwound = 0, wrong = 0;
  try {
    pass_on(through, code, &unwound);
    return -1;
  } catch (const Fault &fault) {
    bool deep = code % 2 == 0;
    if (unwound != 1) wrong++;
    if ((dynamic_cast<const DeepFault *>(&fault) != nullptr) != deep) wrong++;
    if ((typeid(fault) == typeid(DeepFault)) != deep) wrong++;
    if (strcmp(fault.what(), deep ? "deep fault" : "fault")) wrong++;
    return fault.code + 1000 * wrong;
  }
}

extern "C" int counted_in_thread() { return count_in_thread(); }

extern "C" int counted_in_static_block() { return count_in_static_block(); }

static int list(struct dl_phdr_info *info, size_t, void *) {
  if (!strstr(info->dlpi_name, ".par/")) return 0;
  int loads = 0, executable = 0;
  for (int i = 0; i < info->dlpi_phnum; i++) {
    loads += info->dlpi_phdr[i].p_type == PT_LOAD;
    executable += info->dlpi_phdr[i].p_type == PT_LOAD && info->dlpi_phdr[i].p_flags & PF_X;
  }
  dprintf(1, "%s %s\n", strrchr(info->dlpi_name, '/') + 1, loads > 1 && executable == 1 ? "whole" : "odd");
  return 0;
}

extern "C" void list_libraries() { dl_iterate_phdr(list, nullptr); }

// Where a function lies, as dladdr(3) has it.
extern "C" const char *place_of(void *address) {
  Dl_info info;
  return dladdr(address, &info) && info.dli_sname ? info.dli_sname : "";
}

extern "C" int wait_here(int seconds) {
  volatile int left = seconds;
  struct timespec second = {1, 0};
  dprintf(1, "waiting\n");
  while (left-- > 0) nanosleep(&second, nullptr);
  return 0;
}
