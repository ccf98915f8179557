"""What the user passes in: arrays, dates and tables of any library."""
