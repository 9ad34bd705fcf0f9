"""puq_zimbra: the provisioning module between a billing platform and Zimbra mail."""

__version__ = "0.4.0"
