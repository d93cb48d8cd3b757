"""The rules of memfd_par: Python programs with native code as one file that never unpacks itself."""

load("//private:memfd_par_binary.bzl", _memfd_par_binary = "memfd_par_binary")
load("//private:memfd_par_test.bzl", _memfd_par_test = "memfd_par_test")
load("//private:memfd_par_toolchain.bzl", _memfd_par_toolchain = "memfd_par_toolchain")
load("//private:providers.bzl", _MemfdParInfo = "MemfdParInfo", _MemfdParToolchainInfo = "MemfdParToolchainInfo")

memfd_par_binary = _memfd_par_binary
memfd_par_test = _memfd_par_test
memfd_par_toolchain = _memfd_par_toolchain
MemfdParInfo = _MemfdParInfo
MemfdParToolchainInfo = _MemfdParToolchainInfo
