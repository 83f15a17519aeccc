"""Bringing revisions to the ministry exactly once, over any carrier."""
