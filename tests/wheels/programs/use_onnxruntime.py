"""onnxruntime: a small network, written by hand as protobuf bytes, evaluated."""

from __future__ import annotations

import numpy as np
import onnxruntime


def field(number: int, value: bytes | int) -> bytes:
    """One protobuf field: a varint or a length-delimited one (values below 128)."""
    if isinstance(value, int):
        return bytes([number << 3, value])
    assert len(value) < 128
    return bytes([number << 3 | 2, len(value)]) + value


def tensor(name: bytes) -> bytes:
    """ValueInfoProto: a vector of three floats."""
    shape = field(2, field(1, field(1, 3)))
    return field(1, name) + field(2, field(1, field(1, 1) + shape))


def main() -> None:
    """Runs the model y = x + x."""
    node = field(1, b"x") + field(1, b"x") + field(2, b"y") + field(4, b"Add")
    graph = field(1, node) + field(2, b"g") + field(11, tensor(b"x")) + field(12, tensor(b"y"))
    model = field(1, 8) + field(7, graph) + field(8, field(2, 17))
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    (result,) = session.run(None, {"x": np.array([1, 2, 3], np.float32)})
    assert result.tolist() == [2, 4, 6]
    print("onnxruntime", onnxruntime.__version__, "works")


if __name__ == "__main__":
    main()
