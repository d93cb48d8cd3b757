"""The packer's command line: one target in, one par out."""

from __future__ import annotations

import argparse
import os
import pathlib
import sys
from collections.abc import Mapping, Sequence

from packer import digester, linking, par, policy, preamble
from packer.carry import Carried
from packer.digest import FileFacts
from packer.errors import PackError
from packer.interpreter import Interpreter, choose
from packer.known import gather
from packer.layout import Duplicate, Layout, extension_suffixes, is_ignored, lay_out
from packer.libc import find_libc
from packer.natives import find_natives
from packer.needed import only_needed
from packer.plan import Plans, plan
from packer.program import Program, settle
from packer.real_files import real_tops
from packer.records import missing_records
from packer.request import InputFile, Manifest, decode, parse_manifest, runfiles_path
from packer.runfiles import apparent_names
from packer.target import Target, find_main

DUPLICATES = (
    "{target}: {count} places are claimed by different files. The first on the import path wins, as it would "
    "without a par:\n{list}"
)
MISSING = (
    "{target}: its dependencies have native code that needs {count} libraries which nobody provides. Where the machine "
    'has them, it is loaded; elsewhere, using it is an error then (set on_missing = "error" to have it now):\n{list}'
)
DUPLICATES_MEND = '\nDrop one of the dependencies, or set on_duplicate = "warn".'
WRONG_VERSION = (
    "{target}: its Python toolchain is for CPython {wanted}, and the packer runs on CPython {found}. Byte-code "
    "belongs to one version: register one Python toolchain for both the target and the exec platform, and name its version "
    "where its py_runtime does not (interpreter_version_info): it is for the workspace's default version then."
)


def main(arguments: Sequence[str]) -> int:
    """Packs, digests or links; returns the exit status. Errors are one text on standard error."""
    others = {"digest": digester.main, "link": linking.main}
    if arguments and arguments[0] in others:
        return others[arguments[0]](arguments[1:])
    options = _parser().parse_args(arguments)
    target = _target(options)
    try:
        warnings = pack(target, options)
    except PackError as error:
        text = str(error)
        if target.label not in text:  # a fault of one file, or of the toolchain
            text = "%s: %s" % (target.label, text)
        sys.stderr.write("memfd_par: %s\n" % text)
        return 1
    for warning in warnings:
        sys.stderr.write("memfd_par: %s\n" % warning)
    return 0


def pack(target: Target, options: argparse.Namespace) -> list[str]:
    """Writes the par.

    Returns:
        Warnings: duplicates that the import path decided, and libraries that are missing.

    Raises:
        PackError: the target cannot become a par; the text says why and how to mend it.
    """
    version = "%d.%d" % sys.version_info[:2]
    if target.python_version and target.python_version != version:
        raise PackError(
            WRONG_VERSION.format(target=target.label, wanted=target.python_version, found=version)
        )
    with open(options.manifest, "rb") as file:
        manifest = parse_manifest(map(decode, file), options.manifest, options.workspace)
    runtime = {os.path.basename(path): path for path in options.runtime}
    carried_by_all = [*runtime.values(), *([options.loader] if options.loader else [])]
    own = gather(options.runtime_digest, carried_by_all, -1)
    interpreter = _interpreter(target, manifest, options)
    carried = [file.local_path for file in manifest.all_files() if not is_ignored(file.runfiles_path)]
    carried += [placed.file.local_path for placed in interpreter.files] if interpreter else []
    carried += (
        [options.carried_launcher, options.carried_library, options.carried_bootstrap] if interpreter else []
    )
    facts = gather(options.digest, carried, target.optimize)
    for path, known in own.items():
        facts.setdefault(path, known)
    started: Program | None = None
    if interpreter:
        members = [facts[file.local_path] for file in manifest.all_files() if file.local_path in facts]
        interpreter = interpreter.of_machine(target.machine, facts)
        interpreter, started = settle(interpreter, facts, members, target.label)
        interpreter = only_needed(interpreter, facts, [file.local_path for file in manifest.all_files()])
    libc = find_libc(interpreter, target, facts) if interpreter and target.libc_is_carried else None
    layout = _lay_out(target, manifest, runtime, facts, interpreter)
    if layout.duplicates and target.duplicates_are_errors:
        raise PackError(_duplicates_text(target, layout.duplicates) + DUPLICATES_MEND)
    program = find_main(target, layout)
    natives = find_natives(target.label, manifest, layout, facts)
    records = missing_records(layout.members)
    real = real_tops(target.real_files, layout, target.label, records)
    plans = plan(
        # The dynamic linker itself finds what is in a real folder.
        [
            member
            for member in natives.members
            if member.stored_path.partition("/")[0] not in real
            and not (libc and libc.has(member.stored_path))
        ],
        target=target.label,
        machine=target.machine,
        policy=policy.policy(target.policy),
        system_libs=target.system_libs,
        required=None if target.missing_is_an_error else _attached(manifest, layout, interpreter, started),
        with_interpreter=interpreter is not None,
        with_libc=libc is not None,
        program=started.stored_path if started else None,
    )
    carried_launcher = options.carried_library if started else options.carried_launcher
    if libc:
        libc.check(plans, facts[carried_launcher], target.label)
    if started:
        started.check_names({path: plans.plans[path].link_name for path in plans.early()}, target.label)
    preload = _preload(manifest, layout, plans)
    launcher = {os.path.basename(path): pathlib.Path(path).read_text("utf-8") for path in options.launcher}
    with open(options.output, "w+b") as output:
        packed = par.Par(
            target,
            layout,
            facts,
            program,
            natives,
            plans,
            preload,
            real,
            {name: own[path] for name, path in runtime.items()},
            launcher,
            own[options.loader] if options.loader else None,
            records,
            Carried(
                facts[carried_launcher],
                interpreter,
                launcher["encodings.py"],
                facts[options.carried_bootstrap] if started or libc else None,
                started,
                libc,
            )
            if interpreter
            else None,
        )
        par.write(packed, output)
    os.chmod(options.output, 0o755)
    warnings = [_duplicates_text(target, layout.duplicates)] if layout.duplicates else []
    if plans.missing:
        listed = "\n".join("  %s" % text for text in plans.missing)
        warnings.append(MISSING.format(target=target.label, count=len(plans.missing), list=listed))
    return warnings


def _lay_out(
    target: Target,
    manifest: Manifest,
    runtime: Mapping[str, str],
    facts: Mapping[str, FileFacts],
    interpreter: Interpreter | None,
) -> Layout:
    suffixes = extension_suffixes(target.machine)
    kind, name = target.main
    placed = [("memfd_par/" + name, InputFile("memfd_par/" + name, path)) for name, path in runtime.items()]
    for module, file in manifest.extension_modules:
        suffix = next((suffix for suffix in suffixes if file.local_path.endswith(suffix)), suffixes[-1])
        placed.append((module.replace(".", "/") + suffix, file))
    return lay_out(
        [*manifest.files, *manifest.native_libs],
        manifest.imports,
        script_folder=name.rpartition("/")[0] if kind == "script" else None,
        extension_suffixes=suffixes,
        same=lambda one, other: facts[one].digest == facts[other].digest,
        placed=placed,
        interpreter=interpreter.files if interpreter else (),
    )


def _interpreter(target: Target, manifest: Manifest, options: argparse.Namespace) -> Interpreter | None:
    """What is carried of the interpreter; None for a par that is run by the machine's."""
    if not options.carried_launcher:
        return None
    return choose(
        manifest.interpreter,
        target=target.label,
        prefix=runfiles_path(options.interpreter_prefix, options.workspace),
        version="%d.%d" % sys.version_info[:2],
        left_out=target.exclude_stdlib,
        kept=target.include_stdlib,
        with_libc=target.libc_is_carried,
        linked=options.linked_python,
    )


def _preload(manifest: Manifest, layout: Layout, plans: Plans) -> list[str]:
    wanted = {file.local_path for file in manifest.native_libs}
    paths = [path for path, file in layout.members.items() if file.local_path in wanted]
    return sorted({plans.aliases.get(path, path) for path in paths})


def _attached(
    manifest: Manifest, layout: Layout, interpreter: Interpreter | None, started: Program | None
) -> list[str]:
    """Stored paths of what Bazel builds or imports, which the user names one by one, and Python's own."""
    files = [*manifest.native_libs, *(file for _, file in manifest.extension_modules)]
    attached = {file.local_path for file in files}
    own = [interpreter.libpython] if interpreter and interpreter.libpython else []
    own += [started.stored_path] if started else []
    return own + [path for path, file in layout.members.items() if file.local_path in attached]


def _duplicates_text(target: Target, duplicates: Sequence[Duplicate]) -> str:
    listed = "\n".join("  %s" % duplicate for duplicate in duplicates)
    return DUPLICATES.format(target=target.label, count=len(duplicates), list=listed)


def _target(options: argparse.Namespace) -> Target:
    main = next(
        (kind, value)
        for kind, value in (
            ("script", options.main),
            ("module", options.main_module),
            ("function", options.entry_point),
        )
        if value
    )
    return Target(
        label=options.target,
        main=main,
        env=dict(pair.split("=", 1) for pair in options.env),
        args=options.arg,
        policy=options.policy,
        system_libs=frozenset(options.system_lib),
        machine=options.machine or os.uname().machine,
        interpreter_path=options.interpreter_path,
        python_version=options.python_version,
        flags=preamble.flags(options.isolated, options.interpreter_arg),
        deflate=options.compression == "deflate",
        optimize=options.optimize,
        duplicates_are_errors=options.on_duplicate == "error",
        missing_is_an_error=options.on_missing == "error",
        real_files=options.real_file,
        repositories=_repositories(options.repo_mapping),
        exclude_stdlib=options.exclude_stdlib,
        include_stdlib=options.include_stdlib,
        libc_is_carried=options.carry_libc,
    )


def _repositories(path: str | None) -> dict[str, str]:
    if path is None:
        return {}
    with open(path, encoding="utf-8") as file:
        return apparent_names(file)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="memfd_par packer", fromfile_prefix_chars="@", allow_abbrev=False)
    add = parser.add_argument
    add("--target", required=True, help="label, for errors")
    add("--output", required=True, help="the par to write")
    add("--manifest", required=True, help="files and import roots (packer.request.parse_manifest)")
    add("--workspace", required=True, help="the main repository's folder in the runfiles")
    add("--launcher", action="append", required=True, help="a template of the launcher")
    add("--runtime", action="append", required=True, help="a source file of the runtime")
    add("--loader", help="the image loader in C; without it, native code is copied into memory whole")
    add("--digest", action="append", default=[], help="a digest of files of the manifest (packer.digest)")
    add("--runtime_digest", action="append", default=[], help="a digest of the runtime and the loader")
    add("--repo_mapping", help="Bazel's mapping of repositories, with bzlmod")
    program = parser.add_mutually_exclusive_group(required=True)
    program.add_argument("--main", help="runfiles path of the script")
    program.add_argument("--main_module", help="dotted name, as for python -m")
    program.add_argument("--entry_point", help="module:function")
    add("--env", action="append", default=[], metavar="NAME=VALUE")
    add("--arg", action="append", default=[])
    add("--policy", required=True, help="manylinux policy")
    add("--system_lib", action="append", default=[], help="soname that the machine has")
    add("--machine", help="as os.uname().machine; default: this machine's")
    add("--interpreter_path", help="absolute path of the interpreter that is tried first")
    add("--carried_launcher", help="the ELF program of a par that carries its interpreter as a library")
    add(
        "--carried_library", help="the same as a library, for a par that carries its interpreter as a program"
    )
    add(
        "--carried_bootstrap",
        help="the ELF program that starts such a program, or one with a libc of its own",
    )
    add("--linked_python", help="an executable that was linked of the static libpython (packer.linking)")
    add("--carry_libc", action="store_true", help="carry libc, too")
    add("--interpreter_prefix", help="short path of the folder that holds the interpreter's lib")
    add("--exclude_stdlib", action="append", default=[], help="module of that interpreter to leave out")
    add(
        "--include_stdlib",
        action="append",
        default=[],
        help="module to take in, though it is a test or a tool",
    )
    add("--python_version", help="of the target's toolchain: 3.14")
    add("--interpreter_arg", action="append", default=[])
    add("--no_isolated", dest="isolated", action="store_false")
    add("--compression", choices=("stored", "deflate"), default="stored")
    add("--optimize", type=int, choices=(0, 1, 2), default=0)
    add("--real_file", action="append", default=[], help="distribution or folder that must be real files")
    add("--on_duplicate", choices=("warn", "error"), default="warn")
    add("--on_missing", choices=("warn", "error"), default="warn")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
