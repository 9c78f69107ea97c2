"""Folders and dumps of pages, indexed for search."""

from netnew.sources.corpus.source import open_corpus as open_corpus
