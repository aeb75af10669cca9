"""An input in parts: read, lifted and kept one after the other, so that memory is bounded."""
