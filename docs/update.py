"""Puts generated pages where they lie in the source tree: `bazel run //docs:update`."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path


def main(workspace: str, *pages: str) -> None:
    """Copies `docs/x.generated.md` to `docs/x.md`."""
    for page in pages:
        shutil.copyfile(page, Path(workspace, page.replace(".generated", "")))


if __name__ == "__main__":
    main(os.environ["BUILD_WORKSPACE_DIRECTORY"], *sys.argv[1:])
