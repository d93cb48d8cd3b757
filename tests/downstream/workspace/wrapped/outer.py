"""Uses a library that came by way of another rule."""

from wrapped import inner

print(inner.TEXT)
