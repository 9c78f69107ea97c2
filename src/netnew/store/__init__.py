"""Everything stored, in a database: the `Store` ports implemented in SQL."""

from netnew.store.store import SqlStore, open_store

__all__ = ["SqlStore", "open_store"]
