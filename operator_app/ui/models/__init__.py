"""Table models over frozen dataclasses."""
