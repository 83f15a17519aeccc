"""Full pages of the main window."""
