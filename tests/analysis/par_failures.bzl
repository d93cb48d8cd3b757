"""Every error that the rules report in the analysis."""

load("//:defs.bzl", "memfd_par_binary")
load(":failure_test.bzl", "failure_test")

def _test(name, texts, **kwargs):
    failure_test(
        name = name,
        rule = memfd_par_binary,
        texts = ["//tests/analysis:%s.target: " % name] + texts,
        **kwargs
    )

def par_failure_tests():
    """Declares one test for each way to write a target wrongly."""
    _test(
        name = "two_programs",
        entry_point = "program:main",
        main = "program.py",
        texts = ["2 of main, main_module and entry_point are set (entry_point, main)", "set one of them"],
    )
    _test(
        name = "three_programs",
        entry_point = "program:main",
        main = "program.py",
        main_module = "program",
        texts = ["3 of main, main_module and entry_point are set (entry_point, main, main_module)"],
    )
    _test(
        name = "no_program",
        srcs = ["program.py"],
        texts = [
            "there is no main",
            "none of srcs is no_program.target.py",
            "srcs has: tests/analysis/program.py",
            "Set main to the script to run",
        ],
    )
    _test(
        name = "no_sources",
        texts = ["there is no main", "srcs has: nothing"],
    )
    for name, value in {
        "empty_part": "package..module",
        "first_digit": "package.1module",
        "other_character": "package/module.py",
    }.items():
        _test(
            name = "main_module_with_" + name,
            main_module = value,
            texts = ["main_module has \"%s\", which is no dotted module name such as \"package.module\"" % value],
        )
    for name, value in {
        "no_function": "package.module",
        "no_module": ":main",
        "two_colons": "package:module:main",
    }.items():
        _test(
            name = "entry_point_with_" + name,
            entry_point = value,
            texts = ["entry_point is \"%s\", and it should be \"package.module:function\"" % value],
        )
    _test(
        name = "interpreter_of_the_machine",
        interpreter = "carried",
        main = "program.py",
        texts = [
            "interpreter = \"carried\", and no interpreter can be carried",
            "and has no files of it",
            "memfd_par_local_interpreter(name = \"python\"",
        ],
    )
    for attribute in ["exclude_stdlib", "include_stdlib"]:
        _test(
            name = attribute + "_without_interpreter",
            interpreter = "system",
            main = "program.py",
            texts = [
                attribute + " is set, and the par carries no interpreter",
                "Set interpreter = \"carried\", or drop " + attribute,
            ],
            **{attribute: ["tkinter"]}
        )
    _test(
        name = "libc_without_interpreter",
        interpreter = "system",
        libc = "carried",
        main = "program.py",
        texts = [
            "libc = \"carried\", and the par carries no interpreter: interpreter = \"system\"",
            "Make the interpreter one of memfd_par_local_interpreter",
            "set libc = \"system\"",
        ],
    )
    _test(
        name = "extension_module_without_name",
        extension_modules = {"one.so": "one.so/x"},
        main = "program.py",
        texts = ["extension_modules has \"one.so/x\", which is no dotted module name"],
    )
    _test(
        name = "extension_module_without_library",
        extension_modules = {":no_library": "package.fast"},
        main = "program.py",
        texts = [
            "extension_modules names //tests/analysis:no_library for \"package.fast\"",
            "it has 0 files that are named like shared libraries (none)",
            "Name the target or the file that is the module",
        ],
    )
    _test(
        name = "extension_module_with_two_libraries",
        extension_modules = {":two_libraries": "package.fast"},
        main = "program.py",
        texts = ["it has 2 files that are named like shared libraries (tests/analysis/one.so, tests/analysis/two.so.2)"],
    )
    _test(
        name = "native_lib_without_library",
        main = "program.py",
        native_libs = [":no_library"],
        texts = [
            "native_libs names //tests/analysis:no_library, which has no shared library",
            "Its files: tests/analysis/program.py",
            "List a cc_shared_library, a cc_binary with linkshared = True, a cc_import with a shared_library, or a .so file",
        ],
    )
    _test(
        name = "native_lib_is_a_static_import",
        main = "program.py",
        native_libs = [":static_import"],
        texts = ["native_libs names //tests/analysis:static_import, which has no shared library"],
    )
