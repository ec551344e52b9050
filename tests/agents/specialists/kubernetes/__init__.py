"""Tests of the Kubernetes specialist."""
