"""Whose the data folder is: one account, several on one PC, none; moved and put on another PC."""
