// What happens to the library NAME, in lines on standard output.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)

static int is_told() { return getenv("TELL") != nullptr; }

static void tell(const char *what) {
  if (is_told()) dprintf(1, "%s %s\n", TEXT(NAME), what);
}

static void tell_arguments(const char *what, int count, char **values, char **environment) {
  int right = count > 1 && values[count] == nullptr && environment && *environment;
  char line[64];
  snprintf(line, sizeof line, "%s %s", what, right ? "with arguments" : "without arguments");
  tell(line);
}

// DT_INIT and DT_FINI, by -Wl,-init and -Wl,-fini.
extern "C" __attribute__((visibility("hidden"), used)) void first_of_all(int count, char **values, char **environment) {
  tell_arguments("DT_INIT", count, values, environment);
}

extern "C" __attribute__((visibility("hidden"), used)) void last_of_all() { tell("DT_FINI"); }

__attribute__((constructor(101))) static void constructor_101(int count, char **values, char **environment) {
  tell_arguments("constructor 101", count, values, environment);
}

__attribute__((constructor(102))) static void constructor_102() { tell("constructor 102"); }

__attribute__((destructor(101))) static void destructor_101() { tell("destructor 101"); }

__attribute__((destructor(102))) static void destructor_102() { tell("destructor 102"); }

// A static object: its destructor is registered by __cxa_atexit.
static struct Object {
  Object() { tell("object"); }
  ~Object() { tell("object ends"); }
} object;

static void at_exit() { tell("atexit"); }

__attribute__((constructor)) static void register_function() { atexit(at_exit); }
