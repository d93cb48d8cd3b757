"""A package to look at from inside a par."""
