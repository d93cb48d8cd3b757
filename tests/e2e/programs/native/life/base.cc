#include "life.h"
#include "tell.h"

Fault::Fault(int code) : code(code) {}
Fault::~Fault() {}
const char *Fault::what() const noexcept { return "fault"; }

void throw_fault(int code) { throw Fault(code); }

namespace {

struct Counter {
  int value = 100;
  ~Counter() { tell("thread ends"); }
};

thread_local Counter counter;
__thread int in_static_block __attribute__((tls_model("initial-exec"))) = 200;

}  // namespace

int count_in_thread() { return ++counter.value; }

int count_in_static_block() { return ++in_static_block; }
