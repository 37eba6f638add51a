"""Measured quality: labelled sets and planted worlds, repeatable by anyone."""
