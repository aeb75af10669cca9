"""A user's own skeleton and its maps, read from a TOML file."""
