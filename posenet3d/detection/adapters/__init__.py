"""Libraries that find people in pictures, one module a library; each declares a `Kind`."""
