"""How an uncaught exception is shown: from the program's own first line on."""

from __future__ import annotations

import sys

from memfd_par.format import RUNTIME_FILENAME

TYPE_CHECKING = False  # typing is not imported at start
if TYPE_CHECKING:
    from types import TracebackType

_show = sys.excepthook


def excepthook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """What sys.excepthook does, without the frames that started the program."""
    uncaught = sys._getframe().f_back is None
    while trace is not None and _starts(trace):
        trace = trace.tb_next
    # Reading the par's data raises OSErrors; importlib itself shortens the traces of ImportErrors.
    if isinstance(error, OSError):
        trace = _without_runtime(trace)
    _show(kind, error.with_traceback(trace), trace)
    if kind is KeyboardInterrupt and uncaught:
        # The interpreter notes an interrupt in the last text that it ran, to die of SIGINT at the end
        # (run_eval_code_obj in Python/pythonrun.c), and showing it may have run some more.
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
    return type(trace)(_without_runtime(trace.tb_next), trace.tb_frame, trace.tb_lasti, trace.tb_lineno)
