"""Geometry of poses: pure functions on `[..., J, D]` tensors."""
