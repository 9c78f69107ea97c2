"""How many matches exist, and how complete a run is."""
