"""What a module of a format declares: `Reader` in `readers/`, `Writer` in `writers/`."""
