"""shapely: geometry by GEOS."""

from __future__ import annotations

import shapely
from shapely import STRtree, from_wkt, to_geojson
from shapely.geometry import Point, box
from shapely.ops import unary_union


def main() -> None:
    """Areas, unions, an index, text."""
    circle = Point(0, 0).buffer(1)
    assert abs(circle.area - 3.1365) < 1e-3
    assert unary_union([box(0, 0, 2, 2), box(1, 1, 3, 3)]).area == 7
    assert STRtree([box(n, 0, n + 0.5, 1) for n in range(10)]).query(Point(3.2, 0.5)).tolist() == [3]
    assert '"Point"' in to_geojson(from_wkt("POINT (1 2)"))
    assert not from_wkt("POLYGON ((0 0, 1 1, 0 1, 1 0, 0 0))").is_valid
    print("shapely", shapely.__version__, "with GEOS", shapely.geos_version_string, "works")


if __name__ == "__main__":
    main()
