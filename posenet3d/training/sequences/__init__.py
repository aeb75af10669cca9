"""A third stage: a lifter of sequences learns from what a lifter says of single frames."""
