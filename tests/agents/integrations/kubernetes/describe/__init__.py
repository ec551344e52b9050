"""Descriptions as `kubectl describe` prints them."""
