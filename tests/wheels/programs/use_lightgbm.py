"""lightgbm: its shared library is opened by ctypes, by a path beside the package."""

from __future__ import annotations

import lightgbm
import numpy as np


def main() -> None:
    """Learns a threshold, with two threads of OpenMP."""
    random = np.random.default_rng(5)
    data = random.random((500, 4))
    kinds = (data[:, 0] + data[:, 1] > 1).astype(int)
    options = {"objective": "binary", "verbose": -1, "num_threads": 2}
    model = lightgbm.train(options, lightgbm.Dataset(data, kinds), num_boost_round=20)
    assert ((model.predict(data) > 0.5) == kinds).mean() > 0.95
    again = lightgbm.Booster(model_str=model.model_to_string())
    assert np.allclose(again.predict(data), model.predict(data))
    assert lightgbm.LGBMClassifier(n_estimators=5, verbose=-1).fit(data, kinds).score(data, kinds) > 0.8
    print("lightgbm", lightgbm.__version__, "works")


if __name__ == "__main__":
    main()
