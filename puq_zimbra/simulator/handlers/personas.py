"""Signatures and identities of a user.

Source: `service/account/CreateSignature.java`, `CreateIdentity.java` and their siblings,
`LdapProvisioning.createSignature`/`createIdentity`.
"""

from __future__ import annotations

from dataclasses import replace

from puq_zimbra.simulator import element as el
from puq_zimbra.simulator import faults, modify
from puq_zimbra.simulator.access import acting, require_options
from puq_zimbra.simulator.accounts import write_account
from puq_zimbra.simulator.context import Context
from puq_zimbra.simulator.directory import Entry, new_id
from puq_zimbra.simulator.element import Element
from puq_zimbra.simulator.usersettings import Identity, Signature
from puq_zimbra.simulator.wordlist import words

_DEFAULT = "DEFAULT"
_DEFAULT_SIGNATURE = "zimbraPrefDefaultSignatureId"
_CONTENT = {"text/plain": "zimbraPrefMailSignature", "text/html": "zimbraPrefMailSignatureHTML"}
#: What of the account's own preferences its default identity shows.
_OF_ACCOUNT = (
    "zimbraPrefDefaultSignatureId",
    "zimbraPrefForwardIncludeOriginalText",
    "zimbraPrefForwardReplyFormat",
    "zimbraPrefForwardReplyPrefixChar",
    "zimbraPrefForwardReplySignatureId",
    "zimbraPrefFromAddress",
    "zimbraPrefFromDisplay",
    "zimbraPrefMailSignatureStyle",
    "zimbraPrefReplyIncludeOriginalText",
    "zimbraPrefReplyToAddress",
    "zimbraPrefReplyToDisplay",
    "zimbraPrefReplyToEnabled",
    "zimbraPrefSaveToSent",
    "zimbraPrefSentMailFolder",
)

_OF_IDENTITY = frozenset(_OF_ACCOUNT) | words(
    """zimbraPrefBccAddress zimbraPrefFromAddressType zimbraPrefIdentityId zimbraPrefIdentityName
    zimbraPrefMailSignature zimbraPrefMailSignatureHTML zimbraPrefUseDefaultIdentitySettings
    zimbraPrefWhenInFolderIds zimbraPrefWhenInFoldersEnabled zimbraPrefWhenSentToAddresses
    zimbraPrefWhenSentToEnabled"""
)


def get_signatures(context: Context, request: Element) -> Element:
    """GetSignaturesRequest."""
    made = el.response(request)
    for each in context.state.user_settings(acting(context)).signatures.values():
        box = el.add(made, "signature", {"name": each.name, "id": each.id})
        for type_, text in each.content.items():
            el.add(box, "content", {"type": type_}, text)
    return made


def create_signature(context: Context, request: Element) -> Element:
    """CreateSignatureRequest: the first one becomes the default."""
    account = require_options(context)
    box = el.required_child(request, "signature")
    name = el.required(box, "name")
    held = context.state.user_settings(account).signatures
    _refuse_signature(context, account, name, "")
    content = _content(context, account, box)
    made = Signature(el.optional(box, "id") or new_id(), name, content)
    held[made.id] = made
    if len(held) == 1:
        account.put(_DEFAULT_SIGNATURE, made.id)
    answer = el.response(request)
    el.add(answer, "signature", {"name": made.name, "id": made.id})
    return answer


def change_signature(context: Context, request: Element) -> Element:
    """ModifySignatureRequest, by id."""
    account = require_options(context)
    box = el.required_child(request, "signature")
    held = context.state.user_settings(account).signatures
    found = held.get(el.required(box, "id"))
    if found is None:
        raise faults.by_code(
            "account.NO_SUCH_SIGNATURE", f"no such signature: {el.required(box, 'id')}"
        )
    name = el.optional(box, "name") or found.name
    _refuse_signature(context, account, name, found.id)
    content = {**found.content, **_content(context, account, box)}
    held[found.id] = replace(found, name=name, content={t: c for t, c in content.items() if c})
    return el.response(request)


def delete_signature(context: Context, request: Element) -> Element:
    """DeleteSignatureRequest, by id or by name."""
    account = require_options(context)
    box = el.required_child(request, "signature")
    id_, name = el.optional(box, "id"), el.optional(box, "name")
    held = context.state.user_settings(account).signatures
    same = [e for e in held.values() if (e.id == id_ if id_ else _equal(e.name, name or ""))]
    if not same:
        raise faults.by_code("account.NO_SUCH_SIGNATURE", f"no such signature: {id_ or name}")
    del held[same[0].id]
    if account.first(_DEFAULT_SIGNATURE) == same[0].id:
        account.put(_DEFAULT_SIGNATURE)
    return el.response(request)


def _refuse_signature(context: Context, account: Entry, name: str, own_id: str) -> None:
    state = context.state
    held = state.user_settings(account).signatures
    if not name.strip():
        raise faults.invalid("signature name required")
    if any(_equal(each.name, name) and each.id != own_id for each in held.values()):
        raise faults.by_code("account.SIGNATURE_EXISTS", f"signature already exists: {name}")
    most = int(state.value(account, "zimbraSignatureMaxNumEntries") or 20)
    if not own_id and len(held) >= most:
        raise faults.by_code(
            "account.TOO_MANY_SIGNATURES", f"number of signatures reached the limit: {most}"
        )


def _content(context: Context, account: Entry, box: Element) -> dict[str, str]:
    """Texts of a request by type; one that is too long is refused."""
    most = int(context.state.value(account, "zimbraMailSignatureMaxLength") or 10_240)
    found: dict[str, str] = {}
    for each in el.children(box, "content"):
        type_ = el.optional(each, "type") or "text/plain"
        if type_ not in _CONTENT:
            raise faults.invalid(f"invalid content type: {type_}")
        text = el.text(each)
        if len(text) > most:
            raise faults.invalid(f"{_CONTENT[type_]} is longer than the limited value {most}")
        found[type_] = text
    return found


def _equal(one: str, other: str) -> bool:
    """Names stand in the directory, which folds case."""
    return one.lower() == other.lower()


def get_identities(context: Context, request: Element) -> Element:
    """GetIdentitiesRequest: the account itself is the default one."""
    account = acting(context)
    made = el.response(request)
    for each in context.state.user_settings(account).identities.values():
        _put(made, each)
    _put(made, _default(context, account))
    return made


def _default(context: Context, account: Entry) -> Identity:
    values = context.state.account_values(account)
    found = {name: values[name] for name in _OF_ACCOUNT if name in values}
    found.setdefault("zimbraPrefFromAddress", [account.name])
    if "displayName" in values:
        found.setdefault("zimbraPrefFromDisplay", values["displayName"])
    signature = context.state.user_settings(account).signatures.get(
        account.first(_DEFAULT_SIGNATURE) or ""
    )
    for type_, text in signature.content.items() if signature else ():
        found[_CONTENT[type_]] = [text]
    found["zimbraCreateTimestamp"] = account.attrs["zimbraCreateTimestamp"]
    return Identity(account.id, _DEFAULT, found)


def _put(parent: Element, each: Identity) -> None:
    box = el.add(parent, "identity", {"name": each.name, "id": each.id})
    own = {"zimbraPrefIdentityId": [each.id], "zimbraPrefIdentityName": [each.name]}
    for name, values in {**each.attributes, **own}.items():
        for value in values:
            el.add(box, "a", {"name": name}, value)


def create_identity(context: Context, request: Element) -> Element:
    """CreateIdentityRequest."""
    account = require_options(context)
    box = el.required_child(request, "identity")
    name = el.required(box, "name")
    held = context.state.user_settings(account).identities
    asked = _attributes(context, box)
    if _equal(name, _DEFAULT) or any(_equal(each.name, name) for each in held.values()):
        raise faults.by_code("account.IDENTITY_EXISTS", f"identity already exists: {name}")
    most = int(context.state.value(account, "zimbraIdentityMaxNumEntries") or 20)
    if len(held) + 1 >= most:  # the default one counts
        raise faults.by_code(
            "account.TOO_MANY_IDENTITIES", "number of identities reached the limit"
        )
    attributes = {
        **asked,
        "objectClass": ["zimbraIdentity"],
        "zimbraCreateTimestamp": [context.state.timestamp()],
    }
    made = Identity(new_id(), name, attributes)
    held[made.id] = made
    answer = el.response(request)
    _put(answer, made)
    return answer


def _attributes(context: Context, box: Element) -> dict[str, list[str]]:
    """Values that a request gives an identity, checked as an account's are."""
    found: dict[str, list[str]] = {}
    for each in el.children(box, "a"):
        name = el.required(each, "name")
        if name not in _OF_IDENTITY:
            raise faults.invalid(f"unable to set attr: {name}")
        found.setdefault(name, []).append(el.text(each))
    pairs = [(name, value) for name, values in found.items() for value in values]
    modify.check_values(context.state.schema, modify.read(pairs))
    return found


def change_identity(context: Context, request: Element) -> Element:
    """ModifyIdentityRequest; what is changed of the default one is the account's."""
    account = require_options(context)
    box = el.required_child(request, "identity")
    asked = _attributes(context, box)
    found = _find_identity(context, account, box)
    if found is None:
        pairs = [(name, value) for name, values in asked.items() for value in values]
        write_account(context.state, account, modify.read(pairs))
    else:
        kept = {**found.attributes, **asked}
        kept = {name: values for name, values in kept.items() if any(values)}
        context.state.user_settings(account).identities[found.id] = replace(found, attributes=kept)
    return el.response(request)


def delete_identity(context: Context, request: Element) -> Element:
    """DeleteIdentityRequest, by id or by name."""
    account = require_options(context)
    found = _find_identity(context, account, el.required_child(request, "identity"))
    if found is None:
        raise faults.invalid("can't delete default identity")
    del context.state.user_settings(account).identities[found.id]
    return el.response(request)


def _find_identity(context: Context, account: Entry, box: Element) -> Identity | None:
    """Identity that a request names; None for the default one."""
    id_, name = el.optional(box, "id"), el.optional(box, "name") or ""
    if id_ == account.id or (not id_ and _equal(name, _DEFAULT)):
        return None
    for each in context.state.user_settings(account).identities.values():
        if each.id == id_ if id_ else _equal(each.name, name):
            return each
    raise faults.by_code("account.NO_SUCH_IDENTITY", f"no such identity: {id_ or name}")


ACCOUNT = {
    "GetSignaturesRequest": get_signatures,
    "CreateSignatureRequest": create_signature,
    "ModifySignatureRequest": change_signature,
    "DeleteSignatureRequest": delete_signature,
    "GetIdentitiesRequest": get_identities,
    "CreateIdentityRequest": create_identity,
    "ModifyIdentityRequest": change_identity,
    "DeleteIdentityRequest": delete_identity,
}
