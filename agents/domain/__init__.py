"""The artifacts that agents hand to each other: frozen, and free of I/O and clocks."""
