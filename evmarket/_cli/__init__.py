"""The command line: flags, commands, files and printing."""
