"""The version of the program, as installed."""

from importlib.metadata import version

__version__ = version("umweg")
