"""Damage and displacement of the poses that are trained on."""
