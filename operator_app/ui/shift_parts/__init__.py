"""The parts of the page of shifts."""
