"""Parts of the page of sending."""
