"""Readers of JSON: detectors that write lists of persons or frames, and folders of such files."""
