"""The wire format of Parallel; README.md beside this says what is the same, more, and missing."""

from netnew.api.dialects.parallel.routes import make_app as make_app
