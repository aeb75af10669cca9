"""Readers of motion capture files, one file a format."""
