"""Pictures of poses; needs the extra `viz` (Matplotlib)."""
