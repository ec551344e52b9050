"""Reading what `kubectl describe` prints back into API objects."""
