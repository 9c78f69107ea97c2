"""The command line: a face on `app/service.py`, one file a group of commands."""
