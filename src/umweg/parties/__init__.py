"""Names, entities and ownership: find the listed name, in any script, and say why."""
