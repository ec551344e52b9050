"""Tests of the Kubernetes API double, with the official client."""
