"""The wire format of Scout; README.md beside this says what is the same, more, and missing."""

from netnew.api.dialects.scout.routes import make_app as make_app
