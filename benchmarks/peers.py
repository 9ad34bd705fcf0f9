"""Other people's clients doing what our collector does, and the floors under all of them.

Each logs in, reads the storage of every account of a Zimbra and sums it up by domain. The clients
of a peer are made once, as a process would, so that building them is nobody's time.
"""

from __future__ import annotations

import gzip
import http.client
import ssl
import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import closing
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import requests
import zeep
from lxml import etree
from mailboxes import Sums
from ours import PASSWORD, USERNAME
from zeep.transports import Transport

import puq_zimbra.zimbra

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # written for an older Python
    from pythonzimbra.communication import Communication
    from pythonzimbra.tools import auth

_ENVELOPE = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header>'
    '<context xmlns="urn:zimbra">{context}</context></s:Header><s:Body>{body}</s:Body></s:Envelope>'
)
_LOGIN = (
    f'<AuthRequest xmlns="urn:zimbraAdmin" name="{USERNAME}" password="{PASSWORD}"></AuthRequest>'
)
_ALL = '<GetQuotaUsageRequest xmlns="urn:zimbraAdmin"/>'
_ONE_PAGE = (
    '<GetQuotaUsageRequest xmlns="urn:zimbraAdmin" limit="{limit}" offset="{offset}"'
    ' sortBy="account" sortAscending="1" refresh="{first:d}"/>'
)
_BINDING = "{http://www.zimbra.com/wsdl/ZimbraService.wsdl}zcsAdminPortBinding"
#: accounts in a page, as our collector asks for them
PAGE = 12_500


def python_zimbra(url: str, ca_file: Path, kind: str) -> Sums:
    """python-zimbra 2.4, in XML (minidom) or JSON; it never asks for compression."""
    trust = ssl.create_default_context(cafile=str(ca_file))
    token = auth.authenticate(
        url, USERNAME, PASSWORD, admin_auth=True, request_type=kind, context=trust
    )
    client = Communication(url, context=trust)
    request = client.gen_request(request_type=kind, token=token)
    request.add_request("GetQuotaUsageRequest", {}, "urn:zimbraAdmin")
    answer = client.send_request(request).get_response()["GetQuotaUsageResponse"]
    return _sum((one["name"], int(one["used"]), int(one["limit"])) for one in answer["account"])


def zeep_whole(url: str, ca_file: Path) -> Sums:
    """zeep reading the whole answer into its typed objects, compressed, as requests asks."""
    client = _zeep()
    client.transport.session.verify = str(ca_file)
    service = client.create_service(_BINDING, url)
    login = service.authRequest(name=USERNAME, password=PASSWORD, _soapheaders={"context": {}})
    header = {"context": {"authToken": login.authToken}}
    usage = service.getQuotaUsageRequest(_soapheaders=header)
    return _sum((one.name, one.used, one.limit) for one in usage.account)


@cache
def _zeep() -> zeep.Client:
    session = requests.Session()
    session.trust_env = False
    wsdl = Path(puq_zimbra.zimbra.__file__).with_name("ZimbraAdminService.wsdl")
    settings = zeep.Settings(xml_huge_tree=True)
    return zeep.Client(str(wsdl), transport=Transport(session=session), settings=settings)


def requests_lxml(url: str, ca_file: Path) -> Sums:
    """requests and lxml: the whole answer as a tree, compressed, as requests asks."""
    with requests.Session() as session:
        session.trust_env, session.verify = False, str(ca_file)
        token = _token(session.post(url, data=_ENVELOPE.format(context="", body=_LOGIN)).content)
        context = f"<authToken>{token}</authToken>"
        answer = session.post(url, data=_ENVELOPE.format(context=context, body=_ALL))
        tree = etree.fromstring(answer.content, etree.XMLParser(huge_tree=True))
    found = tree.iter("{urn:zimbraAdmin}account")
    return _sum(
        (str(one.attrib["name"]), int(one.attrib["used"]), int(one.attrib["limit"]))
        for one in found
    )


def _token(answer: bytes) -> str:
    return etree.fromstring(answer).findtext(".//{urn:zimbraAdmin}authToken") or ""


class _Row(msgspec.Struct, gc=False):
    name: str
    limit: int
    used: int


class _Usage(msgspec.Struct):
    account: list[_Row]


class _Body(msgspec.Struct):
    usage: _Usage = msgspec.field(name="GetQuotaUsageResponse")


class _Document(msgspec.Struct):
    body: _Body = msgspec.field(name="Body")


_decoder = msgspec.json.Decoder(_Document)


def msgspec_bare(url: str, ca_file: Path, compressed: bool, accounts: int) -> Sums:
    """The fastest parse known, and nothing around it: no check, no deadline, no error told."""
    sums: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for answer in _pages(url, ca_file, compressed, accounts):
        content = gzip.decompress(answer.read()) if compressed else answer.read()
        for row in _decoder.decode(content).body.usage.account:
            one = sums[row.name.rpartition("@")[2]]
            one[0] += 1
            one[1] += row.used
            one[2] += row.limit
    return {domain: (one[0], one[1], one[2]) for domain, one in sums.items()}


def discarded(url: str, ca_file: Path, compressed: bool, accounts: int) -> int:
    """Read the same bytes and look at none; return how many there were."""
    buffer, size = bytearray(1 << 16), 0
    for answer in _pages(url, ca_file, compressed, accounts):
        while read := answer.readinto(buffer):
            size += read
    return size


def _pages(
    url: str, ca_file: Path, compressed: bool, accounts: int
) -> Iterator[http.client.HTTPResponse]:
    parts = urlsplit(url)
    trust = ssl.create_default_context(cafile=str(ca_file))
    connection = http.client.HTTPSConnection(parts.hostname or "", parts.port, context=trust)
    headers = {"Accept-Encoding": "gzip" if compressed else "identity"}

    def ask(context: str, body: str) -> http.client.HTTPResponse:
        text = _ENVELOPE.format(context=context, body=body)
        connection.request("POST", parts.path, text, headers)
        return connection.getresponse()

    with closing(connection):
        token = _token(ask("", _LOGIN).read())
        context = f'<authToken>{token}</authToken><session/><format type="js"/>'
        for offset in range(0, accounts, PAGE):
            yield ask(context, _ONE_PAGE.format(limit=PAGE, offset=offset, first=not offset))


def _sum(rows: Iterable[tuple[str, int, int]]) -> Sums:
    sums: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for name, used, limit in rows:
        one = sums[name.rpartition("@")[2]]
        one[0] += 1
        one[1] += used
        one[2] += limit
    return {domain: (one[0], one[1], one[2]) for domain, one in sums.items()}
