"""The action catalogue, policy, approvals and recovery checks."""
