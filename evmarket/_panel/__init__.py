"""The public classes Panel, Measure and Rows, and what they show."""
