// Three libraries in a row, base <- middle <- top, that tell of their constructors and destructors.
#ifndef LIFE_H
#define LIFE_H

#include <exception>

struct Fault : std::exception {
  explicit Fault(int code);
  ~Fault() override;
  const char *what() const noexcept override;
  int code;
};

struct DeepFault : Fault {
  explicit DeepFault(int code);
  ~DeepFault() override;
  const char *what() const noexcept override;
};

// Of base.
void throw_fault(int code);
int count_in_thread();
int count_in_static_block();
// Of middle.
void throw_deep_fault(int code);
void pass_on(void (*function)(int), int code, int *unwound);

#endif
