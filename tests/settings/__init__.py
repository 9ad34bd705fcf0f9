"""The customer on his page: pages, forms and actions, edge to edge."""
