"""The parts of the audit page: the state of the chain, the filters, one row in full, the export."""
