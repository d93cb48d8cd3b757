"""Build time: reads the inputs of a par, plans how its native code is loaded, and writes the file."""
