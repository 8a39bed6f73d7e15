"""The wire contract of Vuoro: what travels between devices and hub, and the bus that carries it."""

__version__ = "0.1.0"
