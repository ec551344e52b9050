"""The flight recorder: a web page over the journal."""
