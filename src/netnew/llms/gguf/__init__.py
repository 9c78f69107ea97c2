"""Model files, served by a process on this machine."""
