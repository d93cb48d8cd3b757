"""numpy, pandas, pyarrow, scipy.linalg, grpc, cryptography and lxml in one program."""

from __future__ import annotations

import io

import grpc
import numpy
import pandas
import pyarrow
import pyarrow.parquet
import scipy.linalg
from cryptography.fernet import Fernet
from lxml import etree


def main() -> None:
    """A little of each."""
    frame = pandas.DataFrame({"key": [1, 1, 2], "value": [1.0, 2.0, 3.0]})
    assert list(frame.groupby("key")["value"].sum()) == [3.0, 3.0]
    buffer = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table({"x": list(range(100))}), buffer)
    assert abs(scipy.linalg.det(2 * numpy.eye(3)) - 8) < 1e-9
    with grpc.insecure_channel("localhost:1") as channel:
        assert channel is not None
    fernet = Fernet(Fernet.generate_key())
    assert fernet.decrypt(fernet.encrypt(b"word")) == b"word"
    assert etree.fromstring("<a><b/></a>")[0].tag == "b"
