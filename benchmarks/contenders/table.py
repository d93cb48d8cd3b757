"""All contenders, by name."""

from __future__ import annotations

from benchmarks.contenders.archives import Pex, Shiv, Zipapp
from benchmarks.contenders.bazel import CarriedLibcMemfdPar, CarriedMemfdPar, MemfdPar, RulesPythonZip
from benchmarks.contenders.contender import Contender
from benchmarks.contenders.freezers import Nuitka, PyInstaller
from benchmarks.contenders.virtualenv import Virtualenv

#: What the others are compared with.
BASELINE = "venv"

_ALL: list[Contender] = [
    Virtualenv(BASELINE),
    MemfdPar("memfd_par"),
    MemfdPar("memfd_par_full", builder="memfd_par", MEMFD_PAR_TIER="full"),
    MemfdPar("memfd_par_plain", builder="memfd_par", MEMFD_PAR_TIER="plain"),
    CarriedMemfdPar("memfd_par_carried"),
    CarriedLibcMemfdPar("memfd_par_carried_libc"),
    Pex("pex"),
    Pex("pex_venv", "--venv"),
    Pex("pex_scie", "--scie=eager", "--scie-only", product="application"),
    Shiv("shiv", tool="shiv"),
    PyInstaller("pyinstaller_onefile", "onefile"),
    PyInstaller("pyinstaller_onedir", "onedir"),
    Nuitka("nuitka_onefile", tool="nuitka"),
    RulesPythonZip("rules_python_zip"),
    Zipapp("zipapp"),
]

CONTENDERS = {contender.name: contender for contender in _ALL}
