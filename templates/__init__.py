"""What the customer sees: Jinja2 templates and the one style sheet, installed as package data.

Rendered by `puq_zimbra.clientarea.render` alone. Every template begins with a comment that lists
its variables with their units; nothing here holds a script, an inline style or an event handler.
"""
