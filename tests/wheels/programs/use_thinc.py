"""thinc with blis: a layer trained by compiled kernels, and layers registered by catalogue."""

from __future__ import annotations

import numpy as np
import thinc
from thinc.api import Adam, Relu, Softmax, chain, registry


def main() -> None:
    """Learns which of two numbers is larger."""
    random = np.random.default_rng(2)
    data = random.random((400, 2)).astype("f")
    kinds = np.eye(2, dtype="f")[(data[:, 0] > data[:, 1]).astype(int)]
    model = chain(Relu(8), Softmax())
    model.initialize(X=data, Y=kinds)
    optimizer = Adam(0.05)
    for _ in range(60):
        guess, backward = model.begin_update(data)
        backward((guess - kinds) / len(data))
        model.finish_update(optimizer)
    assert (model.predict(data).argmax(1) == kinds.argmax(1)).mean() > 0.9
    assert registry.get("layers", "Relu.v1")
    print("thinc", thinc.__version__, "works")


if __name__ == "__main__":
    main()
