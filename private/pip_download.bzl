"""Fetching of one file from PyPI, for repository rules.

By pip, so that it comes from wherever pip on this machine is told to look (PIP_INDEX_URL, pip.conf), and so that no address of an
index stands in this repository.
"""

_NO_PIP = """\
{repository} needs a Python 3 with pip on the PATH to fetch {requirement}, and found {found}. Install them (for example \
the packages python3 and python3-pip), or put one on the PATH.
"""

_PIP_FAILED = """\
pip could not fetch {requirement} for {repository}. Either the index cannot be reached (look at PIP_INDEX_URL, PIP_CERT \
and the proxy settings), or what it has does not have the sha256 {sha256}. pip said:
{output}
"""

DOWNLOAD_ATTRS = {
    "requirement": attr.string(mandatory = True, doc = "Name and version, `pyelftools==0.32`."),
    "sha256": attr.string(mandatory = True, doc = "Of the file, in hexadecimal."),
}

def pip_download(rctx, options, environment = {}):
    """Fetches the file that the attributes `requirement` and `sha256` name, into the folder `download`.

    Args:
        rctx: of a rule with DOWNLOAD_ATTRS.
        options: more options of `pip download`, a list of strings.
        environment: variables for it.

    Returns:
        The paths of the Python that has pip, and of the file.
    """
    python = rctx.which("python3")
    if not python or rctx.execute([python, "-m", "pip", "--version"]).return_code:
        fail(_NO_PIP.format(
            repository = rctx.name,
            requirement = rctx.attr.requirement,
            found = "{} without pip".format(python) if python else "no python3",
        ))
    rctx.file("requirements.txt", "{} --hash=sha256:{}\n".format(rctx.attr.requirement, rctx.attr.sha256))
    result = rctx.execute(
        [python, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes", "--disable-pip-version-check"] +
        ["--dest=download", "--requirement=requirements.txt"] + options,
        environment = environment,
    )
    if result.return_code:
        fail(_PIP_FAILED.format(
            repository = rctx.name,
            requirement = rctx.attr.requirement,
            sha256 = rctx.attr.sha256,
            output = result.stderr,
        ))
    rctx.delete("requirements.txt")
    return python, rctx.path("download").readdir()[0]
