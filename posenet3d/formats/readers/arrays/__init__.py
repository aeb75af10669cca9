"""Readers of arrays: NumPy's archives and the like."""
