"""The client of Zimbra's admin SOAP service.

`client.Zimbra` has one method for each request, named after it. `request_table` declares the
requests, and `pipeline` is the way that each takes: zeep writes it from the WSDL beside this file,
requests carries it, lxml reads the answer.
"""

import logging

# zeep logs whole envelopes at DEBUG, passwords included.
logging.getLogger("zeep").setLevel(logging.WARNING)
