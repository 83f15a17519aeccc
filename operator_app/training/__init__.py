"""The sandbox of training mode: an invented office, and what to practise in it."""
