"""Read the answer to a batch: a response or a fault in the place of each of its requests.

Source: `soap/SoapEngine.java` (BatchRequest); recorded batches of a genuine server.
"""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from puq_zimbra.errors import PuqZimbraError, TokenRejected
from puq_zimbra.zimbra import answers


def refuse_if_logged_out(response: etree._Element) -> None:
    """Raise what every member of a batch was refused with, if that is the token.

    Zimbra answers such a batch by HTTP 200, with a fault in the place of every member.

    Raises:
        TokenRejected: nothing was carried out.
    """
    found = [_fault(one) for one in answers.children(response)]
    if found and all(isinstance(one, TokenRejected) for one in found):
        raise found[0] or answers.garbled()


def _fault(member: etree._Element) -> PuqZimbraError | None:
    return answers.xml_fault(member) if answers.local(member) == "Fault" else None


def members(
    response: etree._Element, names: Sequence[str]
) -> list[etree._Element | PuqZimbraError]:
    """The answers of a batch to the requests of these names: a response each, or its fault.

    Raises:
        NoAnswer: they are not answers to these requests.
    """
    found: list[etree._Element | PuqZimbraError] = []
    answered = list(answers.children(response))
    if len(answered) != len(names):
        raise answers.garbled()
    for one, name in zip(answered, names, strict=True):
        if answers.local(one) == "Fault":
            found.append(answers.xml_fault(one))
        elif answers.local(one) == name + "Response":
            found.append(one)
        else:
            raise answers.garbled()
    return found
