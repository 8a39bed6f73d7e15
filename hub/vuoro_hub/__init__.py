"""The hub of one service point: holds the queue's state, talks to the units, serves the staff's pages."""
