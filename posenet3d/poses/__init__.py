"""The records that carry poses from a file to a file, and what is checked of them."""
