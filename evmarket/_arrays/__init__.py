"""Functions of arrays: growth, margins, structure."""
