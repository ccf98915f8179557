"""Facts of the press and what they say of each other."""
