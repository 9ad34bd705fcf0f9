"""Zimbra's words and ours: the client of Zimbra's admin SOAP service.

`client.Zimbra` has one method per admin request, named after it. zeep writes the requests from
the trimmed WSDL beside this file, requests carries them, lxml reads the answers.
"""

import logging

# zeep logs whole envelopes at DEBUG, passwords included.
logging.getLogger("zeep").setLevel(logging.WARNING)
