"""A package in a package."""

from .. import base as base
