"""The forms a lifter is exported in, one file a form."""
