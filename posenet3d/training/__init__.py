"""Training from 2D poses alone."""
