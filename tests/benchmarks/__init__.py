"""How fast, how accurate, how cheap: measured, with the command beside the number."""
