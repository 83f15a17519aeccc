"""What IT sets: read, judged, obeyed, shown."""
