"""xgboost: libxgboost.so opened by ctypes from the package's lib folder."""

from __future__ import annotations

import numpy as np
import xgboost


def main() -> None:
    """Learns a threshold."""
    data = np.random.default_rng(1).random((400, 3))
    kinds = (data[:, 0] > data[:, 1]).astype(int)
    model = xgboost.train({"objective": "binary:logistic", "nthread": 2}, xgboost.DMatrix(data, kinds), 20)
    assert ((model.predict(xgboost.DMatrix(data)) > 0.5) == kinds).mean() > 0.95
    print("xgboost", xgboost.__version__, "works")


if __name__ == "__main__":
    main()
