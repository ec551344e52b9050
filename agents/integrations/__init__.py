"""Adapters: one folder per vendor, each behind a port."""
