"""Plain Python: what a call, an office and a person are. No I/O, no Qt, no SQL."""
