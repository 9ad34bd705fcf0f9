"""What a customer manages of his own mail: read, checked and changed in Zimbra.

Used by the pages of the client area and by the actions behind their forms. Everything is found
again by Zimbra's id and checked to belong to the service, whatever a form says.
"""
