"""Published figures: reading, intervals, implied values, targets."""
