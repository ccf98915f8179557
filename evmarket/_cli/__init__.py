"""The command line: commands, files, printing, the notebook writer."""
