"""Folding alerts into incidents."""
