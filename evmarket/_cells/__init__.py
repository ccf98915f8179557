"""What panels and measures compute with: series, calendar, cells, sums."""
