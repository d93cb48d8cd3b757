"""How an uncaught exception is shown: from the program's own first line on."""

from __future__ import annotations

import sys
import traceback
from types import TracebackType

from memfd_par.format import RUNTIME_FILENAME


def show(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None, uncaught: bool = False
) -> None:
    """What sys.excepthook does, without the frames that started the program; `uncaught`: the process ends.

    Before 3.13 the interpreter's own display opens source files by name; here they come from their loaders.
    """
    while trace is not None and _starts(trace):
        trace = trace.tb_next
    # Reading the par's data raises OSErrors; importlib itself shortens the traces of ImportErrors.
    if isinstance(error, OSError):
        trace = _without_runtime(trace)
    error = error.with_traceback(trace)
    if sys.stderr is not None:
        traceback.print_exception(kind, error, trace)
    if kind is KeyboardInterrupt and uncaught:
        # The interpreter notes an interrupt in the last text that it ran, to die of SIGINT at the end
        # (run_eval_code_obj in Python/pythonrun.c), and importing traceback ran some more.
        try:
            exec("raise KeyboardInterrupt")
        except KeyboardInterrupt:
            pass


def _starts(trace: TracebackType) -> bool:
    code = trace.tb_frame.f_code
    return code.co_filename == RUNTIME_FILENAME or (
        code.co_filename == "<string>" and trace.tb_frame.f_back is None
    )


def _without_runtime(trace: TracebackType | None) -> TracebackType | None:
    if trace is None or trace.tb_frame.f_code.co_filename == RUNTIME_FILENAME:
        return None if trace is None else _without_runtime(trace.tb_next)
    return TracebackType(_without_runtime(trace.tb_next), trace.tb_frame, trace.tb_lasti, trace.tb_lineno)
