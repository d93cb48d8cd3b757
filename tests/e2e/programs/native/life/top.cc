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

// An exception that passes through all libraries while this one is being loaded.
static const int caught_while_loading = caught(4);

extern "C" int caught_early() { return caught_while_loading; }

extern "C" int counted_in_thread() { return count_in_thread(); }

extern "C" int counted_in_static_block() { return count_in_static_block(); }

// The function whose library is looked for, and whether an executable segment was said to hold it.
static const char *const looked_for = (const char *)caught;
static int found;

static int list(struct dl_phdr_info *info, size_t, void *) {
  if (!strstr(info->dlpi_name, ".par/")) return 0;
  int loads = 0, executable = 0;
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const ElfW(Phdr) &header = info->dlpi_phdr[i];
    const char *start = (const char *)(info->dlpi_addr + header.p_vaddr);
    loads += header.p_type == PT_LOAD;
    executable += header.p_type == PT_LOAD && header.p_flags & PF_X;
    if (header.p_type == PT_LOAD && header.p_flags & PF_X && start <= looked_for && looked_for < start + header.p_memsz) {
      dprintf(1, "caught is in ");
      found++;
    }
  }
  dprintf(1, "%s %s\n", strrchr(info->dlpi_name, '/') + 1, loads > 1 && executable == 1 ? "whole" : "odd");
  return 0;
}

extern "C" int list_libraries() {
  dl_iterate_phdr(list, nullptr);
  return found;
}

// Name, library and library's start of what is at an address, as dladdr(3) has it.
extern "C" const char *place_of(void *address) {
  static char line[4096];
  Dl_info info;
  if (!dladdr(address, &info) || !info.dli_sname) return "";
  const char *start = (const char *)info.dli_fbase;
  snprintf(line, sizeof line, "%s %s %s", info.dli_sname, info.dli_fname,
           memcmp(start, "\177ELF", 4) || info.dli_saddr != address ? "odd" : "whole");
  return line;
}

extern "C" int wait_here(int seconds) {
  volatile int left = seconds;
  struct timespec second = {1, 0};
  dprintf(1, "waiting\n");
  while (left-- > 0) nanosleep(&second, nullptr);
  return 0;
}
