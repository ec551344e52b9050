"""Tests of the probes, against real faults on loopback."""
