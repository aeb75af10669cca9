"""JSON by orjson, wherever it gives what the slower parsers give."""
