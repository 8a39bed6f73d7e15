"""The units in the lobby: one program each, over real or simulated hardware."""
