"""Frequencies, labels, columns of dates, lags and periods."""
