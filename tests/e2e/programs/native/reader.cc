// What C and C++ code does with a path: each operation gives a text, or the name of an errno.
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace {

using Text = std::string;

Text error() { return strerrorname_np(errno); }

Text content(int file) {
  char bytes[4096];
  Text text;
  if (file < 0) return error();
  for (ssize_t n; (n = read(file, bytes, sizeof bytes)) > 0;) text.append(bytes, n);
  close(file);
  return text;
}

Text status(int result, mode_t mode, off_t size) {
  if (result) return error();
  return Text(S_ISDIR(mode) ? "folder" : "file " + std::to_string(size));
}

Text with_stat(int (*function)(const char *, struct stat *), const char *path) {
  struct stat found;
  int result = function(path, &found);
  return status(result, found.st_mode, found.st_size);
}

Text joined(std::vector<Text> names) {
  Text text;
  std::sort(names.begin(), names.end());
  for (const Text &name : names) text += name + "\n";
  return text;
}

Text list(const char *path) {
  DIR *folder = opendir(path);
  std::vector<Text> names;
  if (!folder) return error();
  while (dirent *item = readdir(folder)) names.push_back(item->d_name);
  rewinddir(folder);
  size_t again = 0;
  while (readdir(folder)) again++;
  if (again != names.size()) return "rewinddir lost entries";
  rewinddir(folder);
  readdir(folder);
  long place = telldir(folder);
  Text second = readdir(folder)->d_name;
  seekdir(folder, place);
  if (second != readdir(folder)->d_name) return "seekdir missed";
  closedir(folder);
  return joined(names);
}

const std::map<Text, std::function<Text(const char *)>> operations = {
    {"open", [](const char *p) { return content(open(p, O_RDONLY)); }},
    {"open_cloexec", [](const char *p) { return content(open(p, O_RDONLY | O_CLOEXEC)); }},
    {"open_directory", [](const char *p) {
       int file = open(p, O_RDONLY | O_DIRECTORY);
       if (file >= 0) close(file);
       return file < 0 ? error() : Text("opened");
     }},
    {"open_write", [](const char *p) { return content(open(p, O_WRONLY)); }},
    {"open_create", [](const char *p) { return content(open(p, O_WRONLY | O_CREAT, 0600)); }},
    {"open_exclusive", [](const char *p) { return content(open(p, O_RDWR | O_CREAT | O_EXCL, 0600)); }},
    {"openat", [](const char *p) { return content(openat(AT_FDCWD, p, O_RDONLY)); }},
    {"fopen", [](const char *p) {
       FILE *stream = fopen(p, "r");
       return stream ? content(fileno(stream)) : error();
     }},
    {"fopen_write", [](const char *p) { return fopen(p, "w") ? Text("opened") : error(); }},
    {"fopen_update", [](const char *p) { return fopen(p, "r+") ? Text("opened") : error(); }},
    {"stat", [](const char *p) { return with_stat(stat, p); }},
    {"lstat", [](const char *p) { return with_stat(lstat, p); }},
    {"fstatat", [](const char *p) {
       struct stat found;
       int result = fstatat(AT_FDCWD, p, &found, 0);
       return status(result, found.st_mode, found.st_size);
     }},
    {"statx", [](const char *p) {
       struct statx found;
       int result = statx(AT_FDCWD, p, 0, STATX_BASIC_STATS, &found);
       return status(result, found.stx_mode, found.stx_size);
     }},
    {"access", [](const char *p) { return access(p, R_OK) ? error() : Text("may read"); }},
    {"access_write", [](const char *p) { return access(p, W_OK) ? error() : Text("may write"); }},
    {"access_execute", [](const char *p) { return access(p, X_OK) ? error() : Text("may execute"); }},
    {"faccessat", [](const char *p) { return faccessat(AT_FDCWD, p, F_OK, 0) ? error() : Text("there"); }},
    {"opendir", list},
    {"realpath", [](const char *p) {
       char *text = realpath(p, nullptr);
       Text found = text ? text : error();
       free(text);
       return found;
     }},
    {"readlink", [](const char *p) {
       char text[PATH_MAX];
       return readlink(p, text, sizeof text) < 0 ? error() : Text("a link");
     }},
    {"ifstream", [](const char *p) {
       std::ifstream stream(p);
       std::stringstream text;
       text << stream.rdbuf();
       return stream ? text.str() : Text("cannot be read");
     }},
    {"exists", [](const char *p) {
       std::error_code code;
       return Text(std::filesystem::exists(p, code) ? "exists" : code ? code.message() : "does not exist");
     }},
    {"directory_iterator", [](const char *p) {
       std::error_code code;
       std::vector<Text> names;
       for (const auto &item : std::filesystem::directory_iterator(p, code)) names.push_back(item.path().filename());
       return code ? Text("not listed") : joined(names);
     }},
    {"dlopen", [](const char *p) { return dlopen(p, RTLD_NOW) ? Text("loaded") : Text("not loaded"); }},
};

}  // namespace

extern "C" const char *names() {
  static Text text;
  if (text.empty())
    for (const auto &item : operations) text += item.first + " ";
  return text.c_str();
}

extern "C" const char *use(const char *operation, const char *path) {
  static Text text;
  errno = 0;
  text = operations.at(operation)(path);
  return text.c_str();
}

// What a folder's descriptor leads to, which somebody else has opened.
extern "C" const char *use_below(int folder, const char *path) {
  static Text text;
  struct stat found;
  int result = fstat(folder, &found);
  errno = 0;
  text = status(result, found.st_mode, found.st_size) + " " + content(openat(folder, path, O_RDONLY));
  return text.c_str();
}
