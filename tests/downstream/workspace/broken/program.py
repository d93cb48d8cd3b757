"""Does nothing: the targets around it cannot be built."""
