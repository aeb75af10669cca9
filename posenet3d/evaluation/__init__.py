"""Metrics against true 3D, and the report made of them."""
