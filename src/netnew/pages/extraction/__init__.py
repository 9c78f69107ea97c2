"""From a raw page to segments, fields and links."""
