"""Doubles of every port, shipped with the package: they keep state, record or play back.

Each passes the same contract suite as the adapters it stands for (`tests/contracts`).
"""
