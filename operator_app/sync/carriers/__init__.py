"""One module per way of carrying bytes; only these know HTTP."""
