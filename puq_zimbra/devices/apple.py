"""A configuration profile for iPhone, iPad and Mac: mail, calendars and contacts of one mailbox.

It holds no password: the device asks for it. Its identifiers follow from the address, so that a
second profile replaces the first.

Source: Apple "Device Management": Mail, CalDAV, CardDAV; "TopLevel".
"""

from __future__ import annotations

import plistlib
import uuid
from typing import Any

from puq_zimbra.devices.programs import IMAPS, SMTPS, Programs

CONTENT_TYPE = "application/x-apple-aspen-config"
FILE_NAME = "mail.mobileconfig"
_NAMESPACE = uuid.UUID("6f1a1c0e-7d0f-5c86-9b0b-3b3a8c4b7f10")


def profile(programs: Programs, name: str) -> bytes:
    """The profile of a mailbox; ``name`` is what the device calls it."""
    content = [_mail(programs, name), _dav(programs, "caldav"), _dav(programs, "carddav")]
    whole = {
        **_about(programs, "Configuration", "profile"),
        "PayloadDisplayName": name,
        "PayloadDescription": programs.host,
        "PayloadRemovalDisallowed": False,
        "PayloadContent": content,
    }
    return plistlib.dumps(whole)


def _mail(programs: Programs, name: str) -> dict[str, Any]:
    return {
        **_about(programs, "com.apple.mail.managed", "mail"),
        "EmailAccountType": "EmailTypeIMAP",
        "EmailAccountDescription": name,
        "EmailAccountName": name,
        "EmailAddress": programs.address,
        "OutgoingPasswordSameAsIncomingPassword": True,
        **_server(programs, "Incoming", IMAPS),
        **_server(programs, "Outgoing", SMTPS),
    }


def _server(programs: Programs, side: str, port: int) -> dict[str, Any]:
    values: dict[str, Any] = {
        "HostName": programs.host,
        "PortNumber": port,
        "UseSSL": True,
        "Authentication": "EmailAuthPassword",
        "Username": programs.address,
    }
    return {f"{side}MailServer{key}": value for key, value in values.items()}


def _dav(programs: Programs, kind: str) -> dict[str, Any]:
    begin = {"caldav": "CalDAV", "carddav": "CardDAV"}[kind]
    values: dict[str, Any] = {
        "AccountDescription": programs.address,
        "HostName": programs.dav_host,
        "Port": programs.dav_port,
        "UseSSL": True,
        "Username": programs.address,
        "PrincipalURL": programs.principal,
    }
    named = {begin + key: value for key, value in values.items()}
    return {**_about(programs, f"com.apple.{kind}.account", kind), **named}


def _about(programs: Programs, kind: str, part: str) -> dict[str, Any]:
    identity = str(uuid.uuid5(_NAMESPACE, f"{programs.host}/{programs.address}/{part}")).upper()
    return {
        "PayloadType": kind,
        "PayloadVersion": 1,
        "PayloadIdentifier": f"puq-zimbra.{identity.lower()}",
        "PayloadUUID": identity,
    }
