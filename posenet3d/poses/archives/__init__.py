"""Pose archives (.npz): reading and writing."""
