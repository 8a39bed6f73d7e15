"""Pages of the hub: for staff, for displays that are browsers, and for customers."""
