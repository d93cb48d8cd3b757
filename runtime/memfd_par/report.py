"""How an uncaught exception is shown: from the program's own first line on."""

from __future__ import annotations

import sys
import traceback
from types import TracebackType

from memfd_par.format import RUNTIME_FILENAME


def show(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """What sys.excepthook does, without the frames that started the program.

    Before 3.13 the interpreter's own display opens source files by name; here they come from their loaders.
    """
    while trace is not None and _starts(trace):
        trace = trace.tb_next
    error = error.with_traceback(trace)
    if sys.stderr is not None:
        traceback.print_exception(kind, error, trace)


def _starts(trace: TracebackType) -> bool:
    code = trace.tb_frame.f_code
    return code.co_filename == RUNTIME_FILENAME or (
        code.co_filename == "<string>" and trace.tb_frame.f_back is None
    )
