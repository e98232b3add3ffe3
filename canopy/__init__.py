"""Canopy: a live website from a git repository of notes."""

from importlib.metadata import version

__version__ = version("canopy")
