"""The check of the PC: what is wrong is seen, said with what to do, and leaves with no name."""
