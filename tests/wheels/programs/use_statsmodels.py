"""statsmodels: a regression by formula, a time series, and a data set that it carries."""

from __future__ import annotations

import numpy as np
import pandas as pd
import statsmodels
import statsmodels.api as sm
import statsmodels.formula.api as smf


def main() -> None:
    """Fits known coefficients."""
    random = np.random.default_rng(1)
    table = pd.DataFrame({"x": random.normal(size=500)})
    table["y"] = 3 * table["x"] + 1 + random.normal(scale=0.1, size=500)
    fit = smf.ols("y ~ x", table).fit()
    assert abs(fit.params["x"] - 3) < 0.05 and "R-squared" in str(fit.summary())
    assert sm.datasets.longley.load_pandas().data.shape[0] == 16
    series = np.cumsum(random.normal(size=200))
    assert len(sm.tsa.SARIMAX(series, order=(1, 1, 0)).fit(disp=False).forecast(3)) == 3
    print("statsmodels", statsmodels.__version__, "works")


if __name__ == "__main__":
    main()
