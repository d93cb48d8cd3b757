"""Far down."""

from ..circle import Circle as Circle
