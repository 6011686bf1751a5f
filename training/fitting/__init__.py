"""One fit: features, heads, an encoder’s end, folds, and the folder they are kept in."""
