"""Readers and writers of pose files, one file a format."""
