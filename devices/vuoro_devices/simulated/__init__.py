"""The bodies of the ports without hardware, shipped with the product."""
