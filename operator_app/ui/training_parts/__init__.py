"""What is seen of training mode: its band, its door, its exercises."""
