"""Tests of the Prometheus HTTP API that the shop is read through."""
