"""The commands of ``khatshy``."""
