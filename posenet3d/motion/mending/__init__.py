"""The 2D of a track, mended before it is lifted."""
