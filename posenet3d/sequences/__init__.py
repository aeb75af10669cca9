"""Lifting with the frames around: a lifter of sequences, its estimator, its files."""
