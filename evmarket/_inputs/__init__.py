"""The only rooms that know containers: arrays, dates, tables."""
