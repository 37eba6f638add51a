"""Public statements, put to the test: a claim file in, a computed verdict out."""
