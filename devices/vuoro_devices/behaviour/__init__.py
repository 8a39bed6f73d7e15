"""What each unit does, without hardware, clock, network or file."""
