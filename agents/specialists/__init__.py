"""The four investigators: each turns readings into findings and hypotheses."""
