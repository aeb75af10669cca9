"""What several readers share: persons, tables, names of joints, parts of an input."""
