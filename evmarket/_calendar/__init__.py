"""Frequencies, periods, labels and lags."""
