"""The tests of AWS as a source."""
