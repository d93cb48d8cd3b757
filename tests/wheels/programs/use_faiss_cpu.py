"""faiss: the variant for this processor is chosen at import; SWIG modules."""

from __future__ import annotations

import faiss
import numpy as np


def main() -> None:
    """Each vector is its own neighbour."""
    data = np.random.default_rng(1).random((1000, 16), dtype=np.float32)
    index = faiss.IndexFlatL2(16)
    index.add(data)
    assert index.search(data[:5], 1)[1].ravel().tolist() == [0, 1, 2, 3, 4]
    trained = faiss.index_factory(16, "IVF8,PQ4x4")
    trained.train(data)
    trained.add(data)
    assert trained.ntotal == 1000
    print("faiss", faiss.__version__, "works")


if __name__ == "__main__":
    main()
