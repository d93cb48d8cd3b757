"""A module."""

x = 1
