"""`warroom bench`: the ordinary investigation, over the cases of a public data set."""
