"""A bare Git repository on this machine as the code host."""
