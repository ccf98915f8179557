"""The report on the market of the shipped article."""
