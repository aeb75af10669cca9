"""Small numerical tools in NumPy: SciPy's take half a second and 60 MB to import."""
