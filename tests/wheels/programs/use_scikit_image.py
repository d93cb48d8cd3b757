"""scikit-image: an image that it carries, lazily loaded submodules, segmentation."""

from __future__ import annotations

import numpy as np
import skimage
from skimage import data, feature, filters, io, measure, transform


def main() -> None:
    """Counts coins."""
    coins = data.coins()
    assert coins.shape == (303, 384)
    mask = coins > filters.threshold_otsu(coins)
    regions = [region for region in measure.regionprops(measure.label(mask)) if region.area > 200]
    assert 10 < len(regions) < 50
    assert feature.canny(coins / 255.0).any()
    assert transform.resize(coins, (30, 38)).shape == (30, 38)
    assert np.array_equal(
        io.imread(data.__path__[0] + "/coins.png") if hasattr(data, "__path__") else coins, coins
    )
    print("scikit-image", skimage.__version__, "works")


if __name__ == "__main__":
    main()
