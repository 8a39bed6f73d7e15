"""The virtual lobby: a page where a person presses the dispenser, sees paper and displays, and pulls plugs."""
