"""`python -m netnew`."""

from netnew.cli.main import app

app()
