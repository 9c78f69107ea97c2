"""Everything kept, in a database: the ports of `Store` filled with SQL."""

from netnew.store.store import SqlStore, open_store

__all__ = ["SqlStore", "open_store"]
