"""The functions that every exported form offers, and their checks."""
