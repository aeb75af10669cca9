"""The cycle that trains from 2D poses alone: the step, its losses, its networks."""
