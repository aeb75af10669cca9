"""The metrics, each on arrays of joints."""
