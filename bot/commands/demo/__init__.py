"""`warroom up` and `warroom demo`: a whole war room on one machine, and something to break."""
