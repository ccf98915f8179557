"""Modules that every other folder uses: messages, numbers, text, HTML, plots."""
