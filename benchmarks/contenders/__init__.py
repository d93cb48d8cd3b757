"""The tools that are compared."""
