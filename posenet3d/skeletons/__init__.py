"""Joints, and how the joints of one skeleton become those of another: plain data."""
