"""The parts of the page "From the ministry"."""
