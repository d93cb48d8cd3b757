"""Python programs, with their libraries and native code, as one file that never unpacks itself."""

load("//:defs.bzl", _MemfdParInfo = "MemfdParInfo", _MemfdParToolchainInfo = "MemfdParToolchainInfo", _memfd_par_binary = "memfd_par_binary", _memfd_par_test = "memfd_par_test", _memfd_par_toolchain = "memfd_par_toolchain")
load("//private:memfd_par_binary.bzl", _memfd_par_binary_rule = "memfd_par_binary_rule")

memfd_par_binary = _memfd_par_binary
memfd_par_binary_rule = _memfd_par_binary_rule
memfd_par_test = _memfd_par_test
memfd_par_toolchain = _memfd_par_toolchain
MemfdParInfo = _MemfdParInfo
MemfdParToolchainInfo = _MemfdParToolchainInfo
