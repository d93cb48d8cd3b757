"""A package whose modules import each other relatively."""

from . import base as base
from .circle import Circle as Circle

__version__ = "1.0"
