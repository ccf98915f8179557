"""Words and tools shared by every area."""
