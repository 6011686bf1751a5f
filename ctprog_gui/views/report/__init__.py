"""One page about a case: on the whole screen, or as a file."""
