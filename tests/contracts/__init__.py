"""What each port promises, held against the double and the real thing."""
