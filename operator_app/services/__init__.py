"""Verbs over the database, one class per subject. Rights are checked here."""
