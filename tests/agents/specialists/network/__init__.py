"""Tests of the network specialist."""
