"""The image loader in C under AddressSanitizer and UndefinedBehaviorSanitizer, with good input and with bad."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest
from driver import PAGE, SANITIZERS, Packed, build_driver, printed
from elf_fixtures import Forge, tool

from packer import image

#: What is allocated in ld.so is its own: the name that it gave a library, in whose place comes another.
_NOT_OURS = "leak:ld-linux\n"
_OPTIONS = {
    "ASAN_OPTIONS": "detect_leaks=1:detect_odr_violation=0:fast_unwind_on_malloc=0",
    "UBSAN_OPTIONS": "print_stacktrace=1",
}

_SEALS = 1 | 2 | 4 | 8  # F_SEAL_SEAL, _SHRINK, _GROW, _WRITE
_TIERS = [image.SPARSE, image.FULL]
_EACCES, _ENOTSUP, _ENODATA, _EFBIG = 13, 95, 61, 27

_SOURCE = """
#include <string.h>
static int constructed, arguments;
__attribute__((constructor)) static void first(int count, char **values, char **environment)
{
    constructed = 2;
    arguments = count > 0 && values && strstr(values[0], "driver") && environment && *environment;
}
__attribute__((constructor(65535))) static void second(void) { constructed *= 20; }
const char constants[200000] = "constants";
char variables[200000] = "variables";
const char *volatile pointer = constants;
__thread int counter = 1;
int answer(void) { return constructed + arguments + !strcmp(pointer, "constants") + (variables[9] != 0) + counter - 1; }
__asm__(".text\\n.skip 200000, 0x90\\n");
"""


@pytest.fixture(scope="module")
def sanitized(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_driver(tmp_path_factory.mktemp("sanitized") / "driver", *SANITIZERS)


@pytest.fixture(autouse=True)
def _suppressions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "suppressions"
    file.write_text(_NOT_OURS)
    monkeypatch.setenv("LSAN_OPTIONS", f"suppressions={file}:print_suppressions=0")


@pytest.fixture(scope="module")
def optimized(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_driver(tmp_path_factory.mktemp("optimized") / "driver", "-O2")


@pytest.fixture
def packed(tmp_path: Path) -> Packed:
    return Packed.of(Forge(tmp_path).library("libanswer.so", _SOURCE))


def run(driver: Path, *arguments: str, **variables: str) -> dict[str, list[str]]:
    completed = subprocess.run(
        [str(driver), *arguments],
        env={**os.environ, **_OPTIONS, **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return printed(completed)


@pytest.mark.parametrize("tier", _TIERS)
def test_loads(sanitized: Path, packed: Packed, tier: int) -> None:
    """Constructors have run, in order and with their arguments; the memory file is sealed, and next to empty."""
    lines = run(sanitized, *packed.command(tier, "answer"))
    assert lines["tier"] == [str(tier), "0"]
    assert lines["result"] == ["42"]
    assert lines["descriptors"] == ["0"]
    seals, _, held = lines["seals"]
    assert int(seals) == _SEALS
    assert int(held) <= 8 * PAGE < packed.size


def _two(folder: Path, *options: str) -> tuple[Packed, Packed]:
    """Two libraries, the second linked with the options."""
    for name in ("one", "other"):
        (folder / name).mkdir()
    return (
        Packed.of(Forge(folder / "one").library("libanswer.so", _SOURCE)),
        Packed.of(Forge(folder / "other").library("libother.so", _SOURCE, *options)),
    )


@pytest.mark.parametrize("tier", _TIERS)
def test_loads_two_at_once(sanitized: Path, tmp_path: Path, tier: int) -> None:
    one, other = _two(tmp_path)
    lines = run(sanitized, "--two", *one.command(tier, "answer"), *other.command(tier, "answer"))
    assert lines == {"result0": [str(tier), "42"], "result1": [str(tier), "42"]}


def test_loads_two_at_once_of_which_one_cannot_be_sparse(sanitized: Path, tmp_path: Path) -> None:
    one, other = _two(tmp_path, "-Wl,-z,initfirst")
    lines = run(
        sanitized, "--two", *one.command(image.SPARSE, "answer"), *other.command(image.SPARSE, "answer")
    )
    assert lines == {"result0": ["1", "42"], "result1": ["1", "42"]}


def test_loads_two_at_once_of_which_one_is_refused(sanitized: Path, tmp_path: Path) -> None:
    one, other = _two(tmp_path)
    data = one.file.read_bytes()
    one.file.write_bytes(data[: one.offset] + b"none" + data[one.offset + 4 :])
    lines = run(
        sanitized, "--two", *one.command(image.SPARSE, "answer"), *other.command(image.SPARSE, "answer")
    )
    assert lines["failed"] == ["0"] and "invalid ELF header" in " ".join(lines["error"])


def test_loads_a_full_one_that_cannot_be_sparse(sanitized: Path, tmp_path: Path) -> None:
    packed = Packed.of(Forge(tmp_path).library("libanswer.so", _SOURCE, "-Wl,-z,initfirst"))
    lines = run(sanitized, *packed.command(image.SPARSE, "answer"))
    assert (lines["tier"], lines["result"]) == (["1", "0"], ["42"])


@pytest.mark.parametrize("tier", _TIERS)
def test_a_par_that_cannot_be_mapped(sanitized: Path, packed: Packed, tier: int) -> None:
    """The memory file gets the bytes that it lacks, the library works, and the reason is told."""
    lines = run(sanitized, *packed.command(tier, "answer"), REFUSE_MAPPING="1")
    assert (lines["tier"], lines["result"]) == ([str(image.PLAIN), str(_EACCES)], ["42"])
    assert int(lines["seals"][2]) >= packed.size // PAGE * PAGE
    assert lines["descriptors"] == ["0"]


#: Pages of pointers that the loader relocates, written to by nobody else, and among them such as ld.so has to write to.
_POINTERS = """
#include <stdlib.h>
#include <string.h>
#define COUNT 16384
#ifdef STATIC
#define OWN __attribute__((tls_model("initial-exec"))) __thread const void *own = words[7];
#define OWN_VALUE words[7]
#else
#define OWN __thread int own = 7;
#define OWN_VALUE 7
#endif
extern char **environ;
static const char words[COUNT][4];
#define TEN(n) &words[n], &words[n + 1], &words[n + 2], &words[n + 3], &words[n + 4], &words[n + 5], &words[n + 6], &words[n + 7]
#define EIGHTY(n) TEN(n), TEN(n + 8), TEN(n + 16), TEN(n + 24), TEN(n + 32), TEN(n + 40), TEN(n + 48), TEN(n + 56)
#define HUNDREDS(n) EIGHTY(n), EIGHTY(n + 64), EIGHTY(n + 128), EIGHTY(n + 192), EIGHTY(n + 256), EIGHTY(n + 320), EIGHTY(n + 384), EIGHTY(n + 448)
#define MANY(n) HUNDREDS(n), HUNDREDS(n + 512), HUNDREDS(n + 1024), HUNDREDS(n + 1536), HUNDREDS(n + 2048), HUNDREDS(n + 2560), HUNDREDS(n + 3072), HUNDREDS(n + 3584)
static const void *const guarded[COUNT] = {MANY(0), MANY(4096), MANY(8192), MANY(12288)};
static const void *written[COUNT] = {MANY(0), MANY(4096), MANY(8192), MANY(12288)};
void *(*functions[])(size_t) = {malloc};
char ***environment = &environ;
static const void *more[COUNT] = {MANY(0), MANY(4096), MANY(8192), MANY(12288)};
OWN
static int constructed;
__attribute__((constructor)) static void check(void)
{
    const void *const volatile *tables[] = {guarded, written, more};
    for (int t = 0; t < 3; t++)
        for (int i = 0; i < COUNT; i++)
            if (tables[t][i] != &words[i])
                return;
    constructed = functions[0] == malloc && *environment == environ;
}
static int own_is_right(void) { return own == OWN_VALUE; }
int answer(void)
{
    ((const void *volatile *)written)[5] = 0; /* it is writable still */
    return constructed + own_is_right() + !written[5] + 39;
}
"""


@pytest.mark.parametrize("refused", [False, True])
@pytest.mark.parametrize("tier", _TIERS)
def test_relative_relocations(sanitized: Path, tmp_path: Path, tier: int, refused: bool) -> None:
    """What the loader relocates itself is right when the constructors run, and the memory file has next to nothing of it."""
    packed = Packed.of(Forge(tmp_path).library("libpointers.so", _POINTERS, "-O0"))
    lines = run(sanitized, *packed.command(tier, "answer"), **({"REFUSE_MAPPING": "1"} if refused else {}))
    assert (lines["tier"], lines["result"]) == (
        [str(image.PLAIN), str(_EACCES)] if refused else [str(tier), "0"],
        ["42"],
    )
    assert lines["descriptors"] == ["0"]
    if not refused:
        assert int(lines["seals"][2]) <= 8 * PAGE


def test_the_table_of_relocations_is_given_back(optimized: Path, tmp_path: Path) -> None:
    """Not what it shares with its neighbours, and what the kernel maps around pages of these (`fault_around_bytes`)."""
    packed = Packed.of(Forge(tmp_path).library("libpointers.so", _POINTERS, "-O0"))
    present, of, pages = run(optimized, *packed.command(image.SPARSE, "answer"))["table"]
    assert of == "of" and int(pages) > 250
    assert 0 <= int(present) <= 32


@pytest.mark.parametrize("tier", _TIERS)
def test_a_pointer_in_static_thread_local_storage(sanitized: Path, tmp_path: Path, tier: int) -> None:
    """ld.so hands it to the threads that there are while it loads, relocated already."""
    packed = Packed.of(Forge(tmp_path).library("libpointers.so", _POINTERS, "-O0", "-DSTATIC"))
    lines = run(sanitized, *packed.command(tier, "answer"))
    assert (lines["tier"], lines["result"]) == ([str(tier), "0"], ["42"])


def test_pointers_stay_guarded(sanitized: Path, tmp_path: Path) -> None:
    """Constants with pointers (PT_GNU_RELRO) cannot be written to afterwards."""
    code = _POINTERS + "int spoil(void) { *(const void *volatile *)&guarded[9000] = 0; return 0; }\n"
    packed = Packed.of(Forge(tmp_path).library("libpointers.so", code, "-O0"))
    completed = subprocess.run(
        [str(sanitized), *packed.command(image.SPARSE, "spoil")],
        env={**os.environ, **_OPTIONS, "ASAN_OPTIONS": "handle_segv=0"},
        capture_output=True,
        check=False,
    )
    assert completed.returncode == -signal.SIGSEGV


def test_plain_is_not_its_work(sanitized: Path, packed: Packed) -> None:
    lines = run(sanitized, *packed.command(image.PLAIN))
    assert lines["error"][:2] == ["plan", str(_ENOTSUP)]


def test_a_member_between_pages(sanitized: Path, tmp_path: Path) -> None:
    packed = Packed.of(Forge(tmp_path).library("libanswer.so", _SOURCE), offset=3 * PAGE + 8)
    assert run(sanitized, *packed.command(image.SPARSE))["error"][:2] == ["plan", str(_ENOTSUP)]


# Bad input.


@pytest.mark.parametrize("seed", range(4))
def test_plans_of_random_bytes(sanitized: Path, packed: Packed, seed: int) -> None:
    """Each is refused, or all that it points at is inside of it."""
    read, of, all_of_them, _ = run(sanitized, "--fuzz", str(0x9E3779B9 + seed), "20000", str(packed.plan))[
        "read"
    ]
    assert 0 < int(read) < 20000 and (of, all_of_them) == ("of", "20000")


@pytest.mark.parametrize("size", [0, 8, 112, 119, 121])
def test_plans_that_are_cut(sanitized: Path, packed: Packed, size: int) -> None:
    packed.plan.write_bytes(packed.plan.read_bytes()[:size])
    assert run(sanitized, *packed.command(image.SPARSE))["error"] == ["plan", "0"]


@pytest.mark.parametrize("tier", _TIERS)
@pytest.mark.parametrize("word", ["offset", "file_size"])
def test_a_plan_of_another_library(sanitized: Path, packed: Packed, tier: int, word: str) -> None:
    """A segment that the member has not is an error before anything is mapped."""
    data = bytearray(packed.plan.read_bytes())
    place = 13 * 8 + {"offset": 1, "file_size": 2}[word] * 8
    data[place : place + 8] = (1 << 40).to_bytes(8, "little")
    packed.plan.write_bytes(data)
    assert run(sanitized, *packed.command(tier))["error"][0] == "plan"


@pytest.mark.parametrize("tier", _TIERS)
@pytest.mark.parametrize("left", [0, PAGE, 8 * PAGE])
def test_a_par_that_is_cut(sanitized: Path, packed: Packed, tier: int, left: int) -> None:
    with packed.file.open("r+b") as stream:
        stream.truncate(packed.offset + left)
    lines = run(sanitized, *packed.command(tier))
    assert lines["error"][:2] == ["copy", str(_ENODATA)]
    assert lines["descriptors"] == ["0"]


@pytest.mark.parametrize("tier", _TIERS)
@pytest.mark.parametrize("limit", ["0", "4096", "300000"])
def test_no_space(sanitized: Path, packed: Packed, tier: int, limit: str) -> None:
    lines = run(sanitized, *packed.command(tier), LIMIT_FILE_SIZE=limit)
    assert lines["error"][:2] == ["copy", str(_EFBIG)]
    assert lines["descriptors"] == ["0"]


@pytest.mark.parametrize("tier", _TIERS)
def test_no_descriptor(sanitized: Path, packed: Packed, tier: int) -> None:
    """ld.so needs one to open the image."""
    error = run(sanitized, *packed.command(tier), LIMIT_DESCRIPTORS="1")["error"]
    assert error[:2] == ["dlopen", "0"]
    assert "cannot open shared object file: Too many open files" in " ".join(error)


@pytest.mark.parametrize("tier", _TIERS)
def test_no_address_space(optimized: Path, packed: Packed, tier: int) -> None:
    """From none to enough: an error of ld.so, or the answer."""
    outcomes = set()
    for limit in range(0, 1 << 21, 1 << 16):
        lines = run(optimized, *packed.command(tier, "answer"), LIMIT_ADDRESS_SPACE=str(limit))
        assert lines["descriptors"] == ["0"]
        if "error" in lines:
            assert "cannot allocate" in " ".join(lines["error"]).lower() or "failed to map" in " ".join(
                lines["error"]
            )
            outcomes.add("error")
        else:
            assert lines["result"] == ["42"]
            outcomes.add("loaded")
    assert outcomes == {"error", "loaded"}


@pytest.mark.parametrize("tier", _TIERS)
def test_needs_what_is_nowhere(sanitized: Path, tmp_path: Path, tier: int) -> None:
    """Not loaded, so its constructors are not called, and nothing stays open."""
    forge = Forge(tmp_path)
    forge.library("libnowhere.so", "int nowhere(void) { return 1; }")
    packed = Packed.of(forge.library("libanswer.so", _SOURCE, "libnowhere.so"))
    (tmp_path / "libnowhere.so").unlink()
    lines = run(sanitized, *packed.command(tier))
    assert "libnowhere.so: cannot open shared object file" in " ".join(lines["error"])
    assert lines["descriptors"] == ["0"]


# Leaks: each run above looks for leaked memory at its end, as well.


def test_leaks_are_found(tmp_path: Path) -> None:
    """The sanitizer's search works here: it takes ptrace(2)."""
    source = tmp_path / "leak.c"
    source.write_text("#include <stdlib.h>\nint main(void) { return malloc(1234) == (void *)1; }\n")
    program = tmp_path / "leak"
    subprocess.run([tool("gcc"), *SANITIZERS, "-O0", str(source), "-o", str(program)], check=True)
    completed = subprocess.run(
        [str(program)], env={**os.environ, **_OPTIONS}, capture_output=True, text=True, check=False
    )
    assert completed.returncode != 0 and "1234 byte(s) leaked" in completed.stderr, completed


@pytest.mark.parametrize("tier", _TIERS)
def test_nothing_grows(optimized: Path, packed: Packed, tier: int) -> None:
    """Of 2000 times that a library of 150 pages is loaded and closed, the last 1000 leave nothing but ld.so's names of it."""
    times = 2000
    lines = run(optimized, "--repeat", str(times), *packed.command(tier, "answer"))
    mappings, descriptors, pages, allocated = map(int, lines["grown"])
    assert (mappings, descriptors) == (0, 0)
    assert pages <= 64  # the kernel counts them in batches
    assert 0 <= allocated <= 40 * times // 2
