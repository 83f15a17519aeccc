"""The reference receiver: the ministry end of the wire."""
