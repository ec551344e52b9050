"""Tests of the PostgreSQL adapter, on a real server."""
