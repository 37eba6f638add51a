"""Getting publishers' files: one address at a time, checked, and only then imported."""
