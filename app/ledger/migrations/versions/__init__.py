"""One file for each step of the schema, named v and its number."""
