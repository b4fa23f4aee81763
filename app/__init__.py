"""Khatshy: a courtroom secretary workstation (the rooms are drawn in docs/architecture.md)."""

__version__ = "0.1.0"
