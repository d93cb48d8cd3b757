"""Imports what is not there."""

import shapes.no_such_module
