"""Readers of detectors' files, one file a format; each gives `People`."""
