"""Kerben: a marketplace platform for local markets."""

__version__ = "0.1.0"
