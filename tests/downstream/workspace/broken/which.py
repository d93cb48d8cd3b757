"""Says which of two files it got."""

import shared

print(shared.SIDE)
