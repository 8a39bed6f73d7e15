"""What the service point does, as pure functions over frozen values: no clock, file, thread, network or database."""
