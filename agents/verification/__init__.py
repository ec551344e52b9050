"""Re-measuring claims, so that nothing is asserted that was only said."""
