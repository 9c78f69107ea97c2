"""The wire format of Extruct; README.md beside this says what is the same, more, and missing."""

from netnew.api.dialects.extruct.routes import make_app as make_app
