"""Every fault at every request of every hook, and what must hold afterwards."""
