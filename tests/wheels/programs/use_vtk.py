"""VTK: dozens of libraries that need each other."""

from __future__ import annotations

import vtkmodules
from vtkmodules.vtkFiltersCore import vtkTriangleFilter
from vtkmodules.vtkFiltersSources import vtkSphereSource


def main() -> None:
    """A sphere of triangles."""
    source = vtkSphereSource()
    triangles = vtkTriangleFilter()
    triangles.SetInputConnection(source.GetOutputPort())
    triangles.Update()
    assert triangles.GetOutput().GetNumberOfCells() == 96
    print("vtk", vtkmodules.__version__, "works")


if __name__ == "__main__":
    main()
