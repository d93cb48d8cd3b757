"""The matrix: distributions from PyPI, each used by one program, which runs from a par.

A program `programs/use_NAME.py` makes the test `NAME`. Of these,

    ./bazelw test //tests/wheels/...

runs the ones of _LIGHT, as `bazel test //...` does. Every one, which downloads some gigabytes and takes long:

    ./bazelw test //tests/wheels:all_wheels --keep_going --jobs=2

pip fetches a wheel when the first target that needs it is built.
"""

load("@wheels//:requirements.bzl", "requirement")
load("//:defs.bzl", "memfd_par_test")

# Small downloads that between them need every mechanism there is for wheels. The others are tagged `manual`.
_LIGHT = [
    "black",  # extension modules whose names are no identifiers
    "certifi",  # OpenSSL reads a carried file
    "cffi",  # dlopen, by soname
    "cryptography",
    "django",  # templates, migrations and translations
    "gevent",  # a patched standard library; sys.executable
    "greenlet",
    "joblib",  # processes by fork and by loky
    "jsonschema",  # importlib.resources, over several distributions
    "lxml",  # C code that reads carried files
    "msgpack",
    "orjson",
    "pillow",  # libraries that need each other in a cycle
    "protobuf",
    "psutil",
    "psycopg",  # libpq with OpenSSL and Kerberos, as auditwheel renamed them
    "pycryptodome",  # shared objects that are no modules, opened by path
    "pydantic",
    "pyyaml",
    "pyzmq",
    "sentencepiece",  # C++ that reads carried files
    "sqlalchemy",
    "tzdata",  # zoneinfo's data
    "uvloop",
    "watchfiles",
]

# Of the others, these do not pass yet:
#
#     aiohttp                 a par reached by a symlink, as in runfiles: pathlib's resolve() leads outside of it
#     astropy                 io.FileIO opens a carried file
#     cmake                   its executable looks beside itself
#     grpcio-tools            importlib.resources.files() is no pathlib.Path; protoc opens carried files
#     imageio-ffmpeg          its executable is not known as one
#     lightgbm                as aiohttp
#     matplotlib              as aiohttp
#     ninja                   rules_python leaves the scripts of a wheel, of which its executable is one, out of its library
#     numba                   its cache asks for a home to write to, which Bazel's sandbox lacks
#     opencv-python-headless  its loader resolves its own path; C++ opens carried files
#     pymupdf                 onnxruntime opens a carried file
#     pyodbc                  libodbc.so.2 is the machine's, and this one has none
#     pyproj                  PROJ opens a carried database
#     pyside6-essentials      plugins that nobody loads need 72 libraries that the machine lacks
#     rasterio                as pyproj; GDAL's data
#     ruff                    as ninja
#     statsmodels             as aiohttp
#     uv                      as ninja
#     vtk                     its own finder loads extension modules by path
#     ziglang                 as cmake
#
# fiona has no wheel for CPython 3.14.

# What a program needs besides the distribution that it is about.
_REQUIREMENTS = {
    "av": ["numpy"],
    "black": ["colorama"],
    "certifi": ["trustme"],
    "fonttools": ["brotli", "unicodedata2", "zopfli"],
    "grpcio": ["protobuf"],
    "joblib": ["numpy"],
    "lightgbm": ["scikit-learn", "pandas"],
    "pytest": ["pytest-mock", "pytest-xdist"],
    "safetensors": ["numpy"],
    "sympy": ["gmpy2"],
}

_ATTRIBUTES = {
    "lightgbm": {"system_libs": ["libgomp.so.1"]},
    # Its optional authentication plugins need these.
    "mysql-connector-python": {"system_libs": ["libkeyutils.so.1", "libudev.so.1"]},
    # Optional backends for threads.
    "numba": {"system_libs": ["libgomp.so.1.0.0", "libtbb.so.12"]},
    "pyodbc": {"system_libs": ["libodbc.so.2"]},
}

_PROGRAM = "programs/use_%s.py"
_UNKNOWN = "{table} of wheels.bzl names {names}, for which there is no program. There are programs for {programs}. Add " + _PROGRAM % "NAME" + ", with `_` for `-`, or correct the name."

def _distribution(program):
    return program.removeprefix("programs/use_").removesuffix(".py").replace("_", "-")

def _wheel_test(distribution, **kwargs):
    """A test that runs a distribution's program from a par."""
    light = distribution in _LIGHT
    memfd_par_test(
        name = distribution,
        size = "small" if light else "medium",
        main = _PROGRAM % distribution.replace("-", "_"),
        tags = [] if light else ["manual"],
        deps = [requirement(name) for name in [distribution] + _REQUIREMENTS.get(distribution, [])],
        **kwargs
    )

def wheel_tests(name, programs):
    """A test for each program, and a suite of them all.

    Args:
        name: of the suite, which is tagged `manual`.
        programs: paths of the programs.
    """
    distributions = [_distribution(program) for program in programs]
    tables = {"_ATTRIBUTES": _ATTRIBUTES, "_LIGHT": _LIGHT, "_REQUIREMENTS": _REQUIREMENTS}
    for table, names in tables.items():
        unknown = [each for each in names if each not in distributions]
        if unknown:
            fail(_UNKNOWN.format(
                table = table,
                names = ", ".join(unknown),
                programs = ", ".join(distributions),
            ))
    for distribution in distributions:
        _wheel_test(distribution, **_ATTRIBUTES.get(distribution, {}))
    native.test_suite(
        name = name,
        tags = ["manual"],
        tests = distributions,
    )
