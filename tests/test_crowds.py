"""Answers that are small on the wire and large in memory, or slow to read."""

from __future__ import annotations

import json

import pytest

from puq_zimbra.errors import NoAnswer
from puq_zimbra.zimbra import answers, jsonlistings, listings
from puq_zimbra.zimbra.transport import Answer

NUMBER = 300_000
ENVELOPE = (
    '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body>'
    '<GetDomainResponse xmlns="urn:zimbraAdmin">{}</GetDomainResponse></e:Body></e:Envelope>'
)
JSON = '{{"Body": {{"GetDomainResponse": {{"domain": [{}]}}}}}}'


def soap(inside: str) -> Answer:
    """An answer in XML."""
    return Answer(200, "text/xml", ENVELOPE.format(inside).encode())


@pytest.mark.parametrize(
    "inside",
    ["<x/>" * NUMBER, "<x " + " ".join(f'a{n:x}=""' for n in range(NUMBER)) + "/>"],
    ids=["elements", "attributes"],
)
def test_crowds_are_refused_unread(inside: str) -> None:
    """Two megabytes of empty elements take sixty; the attributes would take hours."""
    with pytest.raises(NoAnswer, match="cannot be understood"):
        answers.read(soap(inside), "GetDomain")


@pytest.mark.parametrize(
    "inside",
    [",".join(["{}"] * NUMBER), ",".join(['""'] * NUMBER), "[" * NUMBER],
    ids=["objects", "texts", "depth"],
)
def test_crowds_in_json_are_refused_unread(inside: str) -> None:
    """An empty object takes 64 bytes."""
    with pytest.raises(NoAnswer, match="cannot be understood"):
        answers.parse_json(Answer(200, "text/javascript", JSON.format(inside).encode()))


def test_an_object_of_too_many_attributes_is_none() -> None:
    """Few enough to be parsed, and too many to be looked at one by one."""
    marks = " ".join(f'a{n}=""' for n in range(200))
    response = answers.read(soap(f'<domain id="1" name="firma.example" {marks}/>'), "GetDomain")

    with pytest.raises(NoAnswer, match="cannot be understood"):
        answers.the_entry(response, "domain")


def listing(rows: str) -> Answer:
    """A page of storage."""
    text = f'{{"Body": {{"GetQuotaUsageResponse": {{"searchTotal": 1, "account": [{rows}]}}}}}}'
    return Answer(200, "text/javascript", text.encode())


@pytest.mark.parametrize("rows", [",".join(["{}"] * NUMBER), "[" * NUMBER], ids=["rows", "depth"])
def test_crowds_in_a_listing_are_refused(rows: str) -> None:
    """The first row that is none ends the reading."""
    with pytest.raises(NoAnswer):
        jsonlistings.read(listing(rows), "GetQuotaUsage", listings.Storage)


def test_a_page_of_usage_is_no_crowd() -> None:
    """The largest answer that we ask for."""
    row = {"name": "user@firma.example", "id": "0" * 36, "used": 1, "limit": 5 * 2**30}
    rows = ",".join([json.dumps(row)] * listings.QUOTA_PAGE)
    page, _ = jsonlistings.read(listing(rows), "GetQuotaUsage", listings.Storage)

    assert len(page) == listings.QUOTA_PAGE
