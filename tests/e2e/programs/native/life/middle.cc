#include "life.h"
#include "tell.h"

DeepFault::DeepFault(int code) : Fault(code) {}
DeepFault::~DeepFault() {}
const char *DeepFault::what() const noexcept { return "deep fault"; }

void throw_deep_fault(int code) { throw DeepFault(code); }

void pass_on(void (*function)(int), int code, int *unwound) {
  struct Guard {
    int *unwound;
    ~Guard() { ++*unwound; }
  } guard{unwound};
  function(code);
}
