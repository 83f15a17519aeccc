"""117 Operator: the desktop application of the Social Protection Helpline 117."""

__version__ = "0.1.0"
