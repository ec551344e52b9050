"""GitHub as the code host."""
