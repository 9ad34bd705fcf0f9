"""Have the client read recorded answers of a genuine Zimbra, and compare what it understood.

Usage: read_recorded.py SCENARIO.json...

Each recorded answer to a request that the client can send is given to the client's own method over
a mounted HTTP answer. What the method returns is held against a second reading of the same bytes
with the standard library's parser: every field must be equal, every fault of the right class.
"""

from __future__ import annotations

import json
import re
import sys
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests
import responses
import stamina

from puq_zimbra import errors
from puq_zimbra.config import Limits
from puq_zimbra.zimbra import listings
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra
from puq_zimbra.zimbra_server import Server

URL = "https://zimbra.test:7071/service/admin/soap"
AUTH = (
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
    '<AuthResponse xmlns="urn:zimbraAdmin"><authToken>t</authToken></AuthResponse>'
    "</soap:Body></soap:Envelope>"
)
METHODS: dict[str, Callable[[Zimbra], Any]] = {
    "Auth": lambda z: z.pipeline.login.auth(insist=True),
    "EndSession": lambda z: z.pipeline.login.log_off(),
    "GetVersionInfo": lambda z: z.get_version_info(),
    "GetAllServers": lambda z: z.get_all_servers("mailbox"),
    "GetDomain": lambda z: z.get_domain("x", "name", ()),
    "CreateDomain": lambda z: z.create_domain("x", {}),
    "ModifyDomain": lambda z: z.modify_domain("x", {}),
    "DeleteDomain": lambda z: z.delete_domain("x"),
    "GetAccount": lambda z: z.get_account("x", "name", ()),
    "CreateAccount": lambda z: z.create_account("x", "p", {}),
    "ModifyAccount": lambda z: z.modify_account("x", {}),
    "DeleteAccount": lambda z: z.delete_account("x"),
    "SetPassword": lambda z: z.set_password("x", "p"),
    "CheckPasswordStrength": lambda z: z.check_password_strength("x", "p"),
    "DelegateAuth": lambda z: z.delegate_auth("x", 1),
    "DeleteDistributionList": lambda z: z.delete_distribution_list("x"),
    "DeleteCalendarResource": lambda z: z.delete_calendar_resource("x"),
    "GetCos": lambda z: z.get_cos("x", ()),
    "GetAllCos": lambda z: z.get_all_cos(),
    "SearchDirectory": lambda z: list(z.search_directory("accounts", "", ())),
    "GetQuotaUsage": lambda z: z.pipeline.send(
        "GetQuotaUsage", {}, listing=listings.Storage, session=""
    )[0],
    "ComputeAggregateQuotaUsage": lambda z: z.compute_aggregate_quota_usage(),
    "GrantRight": lambda z: z.grant_right("x", "y", "r"),
    "GetGrants": lambda z: z.get_grants("x"),
    "GetShareInfo": lambda z: z.get_share_info("x"),
}
#: what a code's name says, independently of the client's table
KINDS = (
    (r"^service\.AUTH_(EXPIRED|REQUIRED)$", errors.TokenRejected),
    (r"\.NO_SUCH_(?!MBOX)", errors.NoSuch),
    (r"_EXISTS$", errors.Exists),
    (r"^service\.FAILURE$", errors.Transient),
    (r"^account\.TOO_MANY_ACCOUNTS$", errors.LimitReached),
    (r"INVALID_PASSWORD$", errors.PasswordRefused),
    (r"^service\.PERM_DENIED$", errors.PermissionDenied),
    (r"DOMAIN_NOT_EMPTY$", errors.DomainNotEmpty),
    (r"INVALID_REQUEST$|^ldap\.|INVALID_ATTR", errors.RequestRefused),
)


def local(element: ET.Element) -> str:
    """Return an element's name without its namespace."""
    return element.tag.rpartition("}")[2]


def plain_entry(element: ET.Element) -> tuple[Any, ...]:
    """An object as (kind, id, name, attributes, unreadable ones, other marks)."""
    attrs: dict[str, list[str]] = {}
    denied = set()
    for a in element:
        if local(a) == "a":
            if a.get("pd") == "1":
                denied.add(a.get("n"))
            else:
                attrs.setdefault(a.get("n") or "", []).append(a.text or "")
    marks = {k: v for k, v in element.attrib.items() if k not in ("id", "name")}
    return local(element), element.get("id"), element.get("name"), attrs, denied, marks


def flat(value: Any) -> Any:
    """What the client returned, in the same plain form."""
    if isinstance(value, Entry):
        attrs = {name: list(values) for name, values in value.attrs.items()}
        return value.kind, value.id, value.name, attrs, set(value.denied), dict(value.marks)
    if isinstance(value, list):
        return [flat(one) for one in value]
    return value


def expected(request: str, response: ET.Element) -> Any:
    """What the second reading makes of a response."""
    kids = list(response)
    if request in (
        "GetDomain",
        "CreateDomain",
        "ModifyDomain",
        "GetAccount",
        "CreateAccount",
        "ModifyAccount",
        "GetCos",
    ):
        return plain_entry(kids[0])
    if request in ("GetAllServers", "GetAllCos", "SearchDirectory"):
        return [plain_entry(one) for one in kids]
    if request == "Auth":
        return next(one.text for one in kids if local(one) == "authToken")
    if request == "GetVersionInfo":
        return dict(kids[0].attrib)
    if request == "SetPassword":
        return next((one.text or "" for one in kids if local(one) == "message"), None)
    if request == "ComputeAggregateQuotaUsage":
        return {one.get("id"): int(one.get("used") or "") for one in kids}
    return None


def check_result(request: str, result: Any, response: ET.Element) -> bool:
    """Say whether the client read a response as the second reading does."""
    kids = list(response)
    if request == "GetQuotaUsage":
        return result.total == int(response.get("searchTotal") or "") and [
            (row.name, row.id, row.used, row.limit) for row in result.account
        ] == [
            (k.get("name"), k.get("id"), int(k.attrib["used"]), int(k.attrib["limit"]))
            for k in kids
        ]
    if request == "DelegateAuth":
        texts = {local(one): one.text for one in kids}
        return result.value == texts["authToken"] and str(result.lifetime) == texts["lifetime"]
    if request == "GetGrants":
        return [(g.target_id, g.grantee_id, g.grantee_name, g.right, g.deny) for g in result] == [
            # A grant to everybody has no name, and one to an outsider no id.
            (*(one or "" for one in named), right.text, right.get("deny") == "1")
            for named, right in (
                ((k[0].get("id"), k[1].get("id"), k[1].get("name")), k[2]) for k in kids
            )
        ]
    if request == "GetShareInfo":
        return [(one.folder, one.kind) for one in result] == [
            (k.get("folderId"), k.get("granteeType")) for k in kids
        ]
    return bool(flat(result) == expected(request, response))


def fault_of(step: dict[str, Any]) -> tuple[str, str, dict[str, str]]:
    """Code, text and arguments of a recorded fault, XML or JSON."""
    if step["response"].startswith("{"):
        fault = json.loads(step["response"])["Body"]["Fault"]
        return fault["Detail"]["Error"]["Code"], fault["Reason"]["Text"], {}
    root = ET.fromstring(step["response"])
    error = next(e for e in root.iter() if local(e) == "Error")
    code = next(e.text or "" for e in error if local(e) == "Code")
    words = next(e.text or "" for e in root.iter() if local(e) in ("faultstring", "Text"))
    return code, words, {a.get("n") or "": a.text or "" for a in error if local(a) == "a"}


def check_fault(error: errors.Fault, step: dict[str, Any]) -> bool:
    """Say whether the client read a fault as it was recorded."""
    code, words, arguments = fault_of(step)
    if isinstance(error, errors.CredentialsRejected) and code == "service.PERM_DENIED":
        kind: type = errors.CredentialsRejected  # the refused log-in of an unknown name
        arguments = {}
    elif "non-unique" in words and "(mail=" in words:
        kind = errors.AddressExists
    else:
        kind = next((cls for pattern, cls in KINDS if re.search(pattern, code)), errors.Fault)
    same = error.zimbra_code == code and error.text == words
    return same and isinstance(error, kind) and (not arguments or error.arguments == arguments)


def as_json(text: str) -> str:
    """A recorded answer of GetQuotaUsage in the form that Zimbra gives it in JSON."""
    body = next(e for e in ET.fromstring(text) if local(e) == "Body")
    response = body[0]
    number = {"used", "limit", "searchTotal"}

    def fields(element: ET.Element) -> dict[str, Any]:
        return {k: int(v) if k in number else v for k, v in element.attrib.items()}

    shape = {**fields(response), "account": [fields(one) for one in response]}
    return json.dumps({"Body": {local(response): shape}, "_jsns": "urn:zimbraSoap"})


def read_step(request: str, step: dict[str, Any], zimbra: Zimbra) -> str | None:
    """Give one recorded answer to the client; say what it got wrong, or None."""

    def answer(sent: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        if request != "Auth" and b":AuthRequest " in (sent.body or b""):
            return 200, {}, AUTH
        text = step["response"]
        if request == "GetQuotaUsage" and step["status"] == 200:
            text = as_json(text)  # the client asks for it so, and it was recorded in XML
        return step["status"], {"Content-Type": step["content_type"]}, text

    zimbra.pipeline.login._token = "t"
    with responses.RequestsMock() as mounted:
        mounted.add_callback("POST", URL, callback=answer)
        try:
            result = METHODS[request](zimbra)
        except errors.Fault as error:
            return None if check_fault(error, step) else f"fault read as {error!r}"
        except errors.Unavailable as error:
            is_soap = step["status"] in (200, 422, 500) and (
                "<soap:Envelope" in step["response"] or step["response"].startswith("{")
            )
            return f"not read: {error!r}" if is_soap else None
    if request == "EndSession":
        return None
    if step["response"].startswith("{"):
        return "JSON read as XML"
    body = next(e for e in ET.fromstring(step["response"]) if local(e) == "Body")
    return None if check_result(request, result, body[0]) else "fields differ"


def main() -> int:
    """Read the recordings that are named on the command line; 1 if one is read wrongly."""
    read: Counter[str] = Counter()
    wrong = 0
    # There is no Zimbra behind this that a limit would spare.
    limits = Limits(requests_per_second=0, concurrent_requests=0)
    zimbra = Zimbra(Server(url=URL, username="a", password="b"), limits)
    stamina.set_testing(True)
    for path in map(Path, sys.argv[1:]):
        for number, step in enumerate(json.loads(path.read_text(encoding="utf-8"))["steps"], 1):
            sent = step.get("request") or ""
            named = re.match(r"\s*<(\w+)Request xmlns=\"urn:zimbra(Admin|Account)\"", sent)
            if not named or step["target"] != "admin" or named[1] not in METHODS:
                continue
            if (named[2] == "Account") != (named[1] == "EndSession"):
                continue
            problem = read_step(named[1], step, zimbra)
            read[named[1]] += 1
            if problem:
                wrong += 1
                print(f"WRONG {path.name} #{number} {step['label']}: {problem}")
    total = sum(read.values())
    print(", ".join(f"{name} {count}" for name, count in read.most_common()))
    print(f"{total} recorded answers to {len(read)} requests: {total - wrong} read without loss")
    return 1 if wrong or not total else 0


if __name__ == "__main__":
    sys.exit(main())
