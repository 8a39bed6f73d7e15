"""What the hub keeps: rows, migrations, the append-only event log, and one writer at a time."""
