"""Does nothing: it is only analysed."""
