"""Opening, reading and writing files safely, whatever is in them."""
