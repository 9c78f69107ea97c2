"""Search services of the web."""

from netnew.sources.web.web import open_web as open_web
