"""One function per act: load, ask the domain, store, record. A refusal is returned, never raised."""
