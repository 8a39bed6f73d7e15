"""The demo: a whole service point on one machine, each of its programs a process of its own."""
