"""Public data sets, each read from the files that it is passed around in."""
