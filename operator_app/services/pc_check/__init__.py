"""What the check of the PC looks at on the machine itself. Nothing of it needs a sign-in."""
