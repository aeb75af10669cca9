"""Poses on their way to the networks: records, archives, procedural motion, batches."""
