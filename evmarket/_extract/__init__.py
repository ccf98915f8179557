"""Figures of a running text: found, read and linked."""
