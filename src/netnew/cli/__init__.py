"""The command line: a face on `service.py`, one file a group of commands."""
