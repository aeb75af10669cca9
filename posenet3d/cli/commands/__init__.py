"""One module a command: what it is for, its flags (`SETTINGS` or `define`), and `main`."""
