"""Sets up a point: the demo on this machine, and units and hubs for real ones."""
