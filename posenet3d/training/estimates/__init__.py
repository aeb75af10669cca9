"""What is found in 2D poses without labels."""
