"""A loopback Zimbra: the admin SOAP service, and of the users' one what the product needs.

It shares no code with the product's own client and answers as a genuine Zimbra 10.1 does; what is
covered and how that is verified stands in `docs/simulator.md`.
"""

from puq_zimbra.simulator.calllog import Call
from puq_zimbra.simulator.directory import Entry
from puq_zimbra.simulator.running import Running
from puq_zimbra.simulator.simulator import Simulator
from puq_zimbra.simulator.tls import TlsFiles, make_tls

__all__ = ["Call", "Entry", "Running", "Simulator", "TlsFiles", "make_tls"]
