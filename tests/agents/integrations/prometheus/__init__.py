"""Tests of the Prometheus adapter."""
