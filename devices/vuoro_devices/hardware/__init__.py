"""The real bodies of the ports."""
