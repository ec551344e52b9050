"""The minds: pure decisions over typed artifacts, with the world behind ports."""
