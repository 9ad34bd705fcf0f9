"""DNS records and devices, as customers and providers see them."""
