"""A tiny SOAP client of the tests' own, so that nothing of the product judges the simulator."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from lxml import etree

from puq_zimbra.simulator import Running, Simulator, TlsFiles

ENVELOPES = {
    "1.1": "http://schemas.xmlsoap.org/soap/envelope/",
    "1.2": "http://www.w3.org/2003/05/soap-envelope",
}
ZERO = "00000000-0000-0000-0000-000000000000"


class Refused(Exception):
    """A SOAP fault, read by local names in either version."""

    def __init__(self, fault: Any, status: int) -> None:
        super().__init__(etree.tostring(fault).decode())
        self.status = status
        self.code = fault.findtext(".//{*}Error/{*}Code")
        self.text = fault.findtext(".//faultstring") or fault.findtext(".//{*}Reason/{*}Text")
        side = fault.findtext(".//faultcode") or fault.findtext(".//{*}Value")
        self.side = side.partition(":")[2]
        self.arguments = {a.get("n"): a.text for a in fault.findall(".//{*}Error/{*}a")}


class Client:
    """Sends commands and reads answers; logged in as the administrator unless told otherwise."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = str(running.ca_file)
        self.header: Any = None
        self._token: str | None = None

    @property
    def token(self) -> str:
        """The administrator's token."""
        if self._token is None:
            self._token = self.log_in("admin@example.test", "test123")
        return self._token

    def log_in(self, name: str, password: str, url: str = "admin") -> str:
        """Token of a log-in on one of the two URLs."""
        space = "urn:zimbraAdmin" if url == "admin" else "urn:zimbraAccount"
        made = etree.Element("AuthRequest", xmlns=space)
        etree.SubElement(made, "account", by="name").text = name
        etree.SubElement(made, "password").text = password
        answer = self(etree.tostring(made).decode(), url=url, token=None)
        return str(answer.findtext("{*}authToken"))

    def post(self, body: str | bytes, url: str = "admin", **headers: str) -> requests.Response:
        """Send a body as it is."""
        self.session.cookies.clear()
        address = self.running.admin_url if url == "admin" else self.running.user_url
        data = body.encode() if isinstance(body, str) else body
        return self.session.post(address, data=data, headers=headers, timeout=20)

    def envelope(
        self, command: str, token: str | None, context: str = "", soap: str = "1.2"
    ) -> str:
        """Wrap a command."""
        auth = f"<authToken>{token}</authToken>" if token else ""
        return (
            f'<soap:Envelope xmlns:soap="{ENVELOPES[soap]}"><soap:Header>'
            f'<context xmlns="urn:zimbra">{auth}{context}</context></soap:Header>'
            f"<soap:Body>{command}</soap:Body></soap:Envelope>"
        )

    def __call__(
        self,
        command: str,
        *,
        url: str = "admin",
        token: str | None = "admin",
        context: str = "",
        soap: str = "1.2",
    ) -> Any:
        """Send a command; answer its response element or raise Refused."""
        token = self.token if token == "admin" else token
        answer = self.post(self.envelope(command, token, context, soap), url)
        root: Any = etree.fromstring(answer.content)
        self.header = root.find("{*}Header/{*}context")
        element = root.find("{*}Body")[0]
        if etree.QName(element).localname == "Fault":
            raise Refused(element, answer.status_code)
        assert answer.status_code == 200
        return element

    def admin(
        self, command: str, inner: str = "", /, token: str | None = "admin", **attrs: str
    ) -> Any:
        """Send an admin command by its name."""
        made = "".join(f' {key}="{value}"' for key, value in attrs.items())
        return self(
            f'<{command}Request xmlns="urn:zimbraAdmin"{made}>{inner}</{command}Request>',
            token=token,
        )

    def account(self, address: str, **attrs: str) -> dict[str, list[str]]:
        """Values of an account as GetAccount shows them."""
        answer = self.admin("GetAccount", f'<account by="name">{address}</account>', **attrs)
        return values(answer[0])


def values(element: Any) -> dict[str, list[str]]:
    """The ``a`` children of an element by name."""
    found: dict[str, list[str]] = {}
    for each in element.findall("{*}a"):
        found.setdefault(each.get("n"), []).append(each.text or "")
    return found


@pytest.fixture
def sim() -> Simulator:
    """A fresh installation with one domain and two accounts."""
    made = Simulator()
    made.create_domain("firma.test")
    made.create_account("anna@firma.test", "Anna-Pass-1")
    made.create_account("bert@firma.test", "Bert-Pass-1")
    made.reset_log()
    return made


@pytest.fixture
def running(sim: Simulator, tls: TlsFiles) -> Iterator[Running]:
    """The installation behind real sockets."""
    with sim.serve(tls) as server:
        yield server


@pytest.fixture
def zimbra(running: Running) -> Iterator[Client]:
    """A client of it."""
    client = Client(running)
    yield client
    client.session.close()


@pytest.fixture
def refused(zimbra: Client) -> Callable[..., Refused]:
    """Send an admin command that must be refused and look at the fault."""

    def call(command: str, inner: str = "", /, **options: Any) -> Refused:
        with pytest.raises(Refused) as caught:
            zimbra.admin(command, inner, **options)
        return caught.value

    return call


@pytest.fixture
def code_of() -> Callable[..., str]:
    """Call something that must be refused; answers the refusal's code."""

    def call(function: Callable[..., Any], /, *args: Any, **options: Any) -> str:
        with pytest.raises(Refused) as caught:
            function(*args, **options)
        return str(caught.value.code)

    return call


@pytest.fixture
def session_of(zimbra: Client) -> Callable[[str], Callable[..., Any]]:
    """Open a delegated session of an account; answers how to send its user's commands."""

    def open_(address: str) -> Callable[..., Any]:
        made = zimbra.admin("DelegateAuth", f'<account by="name">{address}</account>')
        token = made.findtext("{*}authToken")

        def call(
            command: str,
            inner: str = "",
            /,
            space: str = "Account",
            attrs: str = "",
            **options: Any,
        ) -> Any:
            name = f"{command}Request"
            text = f'<{name} xmlns="urn:zimbra{space}" {attrs}>{inner}</{name}>'
            return zimbra(text, url="user", **{"token": token, **options})

        return call

    return open_


@pytest.fixture
def read_values() -> Callable[[Any], dict[str, list[str]]]:
    """Read the ``a`` children of an element."""
    return values


@pytest.fixture
def client_of() -> Callable[[Running], Client]:
    """Make a client of another server."""
    return Client
