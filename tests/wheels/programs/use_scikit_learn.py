"""scikit-learn: a data set that it carries, several models, and joblib's processes."""

from __future__ import annotations

import sklearn
from sklearn.cluster import KMeans
from sklearn.datasets import load_digits, load_iris
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC


def main() -> None:
    """Each model must learn the flowers."""
    data, kinds = load_iris(return_X_y=True)
    model = make_pipeline(StandardScaler(), LogisticRegression())
    assert cross_val_score(model, data, kinds, n_jobs=2).mean() > 0.9
    for other in (
        SVC(),
        RandomForestClassifier(20, n_jobs=2, random_state=1),
        HistGradientBoostingClassifier(max_iter=10),
    ):
        assert other.fit(data, kinds).score(data, kinds) > 0.9
    assert KMeans(3, n_init=2, random_state=1).fit(data).inertia_ < 100
    assert load_digits().images.shape == (1797, 8, 8)
    html = model._repr_html_() if hasattr(model, "_repr_html_") else ""
    assert "StandardScaler" in html
    print("scikit-learn", sklearn.__version__, "works")


if __name__ == "__main__":
    main()
