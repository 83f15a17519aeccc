"""Parts of the page of this PC."""
