"""The host ``whmcs``: a provisioning module's ``$params`` in, what its functions return out.

The PHP side has whitelisted the keys and decoded the HTML entities, exactly once. Sizes are
megabytes (2^20) in both directions, 0 or blank is unlimited. Each part of ``$params`` has a file
beside this one: the server record, what was sold, and WHMCS's names of our keys.

Source: WHMCS developer documentation, "Provisioning Modules" (Module Parameters, Core Module
Functions, Config Options, Single Sign-On, Usage Update, Service Sync).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from puq_zimbra import i18n, languages, registry
from puq_zimbra.billing import plain, whmcs_extras, whmcs_server, whmcs_sold
from puq_zimbra.billing.whmcs_answers import METRICS, answer
from puq_zimbra.billing.whmcs_names import plain as plain_name
from puq_zimbra.billing.whmcs_options import OPTIONS
from puq_zimbra.billing.whmcs_params import map_of, one_line, text_of
from puq_zimbra.config import WhmcsSettings
from puq_zimbra.errors import N_, Invalid
from puq_zimbra.registry.hook import LIMITS, SECONDS, Hook
from puq_zimbra.registry.host import Host
from puq_zimbra.reply import Reply
from puq_zimbra.request import Request


def read(event: str, hook: Hook, params: Mapping[str, Any], settings: WhmcsSettings) -> Request:
    """The request that ``$params`` means.

    Only what the event needs is read, so that a wrong setting of one kind does not keep an unpaid
    service from being suspended.

    Raises:
        Invalid: names the field as WHMCS's administrator knows it.
    """
    extra = map_of(params, "_puq")
    plain.same_event(extra.get("event"), event)
    given: dict[str, Any] = {
        "installation": extra.get("installation") or settings.installation,
        "locale": extra.get("locale") or _language(map_of(params, "clientsdetails")),
        "mode": extra.get("mode") or "embedded",
    }
    given |= _beside(extra)
    if server := whmcs_server.server(params):
        given["server"] = server
    elif "server" in hook.needs:
        raise Invalid("%(key)s is missing.", key="Hostname")
    if "service" in hook.needs:
        if not text_of(params, "serviceid"):
            raise Invalid("%(key)s is missing.", key="Service ID")
        given["service"] = _service(hook, params, settings)
    if reason := text_of(params, "suspendreason"):
        given["reason"] = one_line(reason)
    if event == "TakeOver":
        given["take_existing"] = True
    if "new_password" in hook.needs and (password := text_of(params, "password")):
        given["new_password"] = password
    return plain.validate(given)


def host_port(params: object) -> str:
    """Host and port of the Zimbra, not validated yet; "" if the request names none."""
    if not isinstance(params, Mapping):
        return ""
    try:
        host, port = whmcs_server.address(params)
    except Invalid:
        return ""  # `read` refuses it
    return f"{host}:{port}" if host else ""


def locale(params: object) -> str:
    """The reader's language, not validated yet."""
    given = params if isinstance(params, Mapping) else {}
    extra, details = given.get("_puq"), given.get("clientsdetails")
    if isinstance(extra, Mapping) and extra.get("locale"):
        return plain.locale(extra)
    return _language(details if isinstance(details, Mapping) else {})


def _beside(extra: Mapping[str, Any]) -> dict[str, Any]:
    """What the PHP side says beside WHMCS's own parameters."""
    keys = (
        "request_id", "assets_url", "page", "target", "dry_run", "time_zone", "module_version",
        "cursor",
    )  # fmt: skip
    given = {key: extra[key] for key in keys if key in extra}
    for key in ("form", "actor"):
        if found := map_of(extra, key):
            given[key] = dict(found)
    if "query" in extra:  # empty, too, it says that the host knows the forms of the pages
        given["query"] = dict(map_of(extra, "query"))
    if billing := map_of(extra, "billing"):
        given["billing"] = {key: one_line(value) for key, value in billing.items()}
    return given


def _language(details: Mapping[str, Any]) -> str:
    """What the client's record says, as `puq_zimbra.i18n` takes it."""
    return plain.locale({"locale": details.get("language") or "en"})


def _service(hook: Hook, params: Mapping[str, Any], settings: WhmcsSettings) -> dict[str, Any]:
    granted = whmcs_sold.grants(hook, params, settings.other_options)
    plan, admin = granted.get("plan", {}), granted.get("admin", {})
    if terminate := granted.get("terminate"):
        plan["terminate"] = terminate
    if "service.admin.password" in hook.needs and (password := text_of(params, "password")):
        admin["password"] = password
    service: dict[str, Any] = {
        "id": text_of(params, "serviceid"),
        "plan": plan,
        "admin": admin,
        **granted.get("service", {}),
    }
    if service.get("model") == "mailbox":
        service["mailbox"] = _mailbox(params)
    elif domain := text_of(params, "domain").strip():
        service["domain"] = domain
    if customer := text_of(params, "userid"):
        service["customer_id"] = customer
    return service


def _mailbox(params: Mapping[str, Any]) -> dict[str, str]:
    """The sold mailbox: a custom field for it, else the Username or the Domain.

    The field may hold the part before the @ alone. WHMCS fills the Username by itself with a piece
    of the domain, so it counts only as a whole address.
    """
    domain = text_of(params, "domain").strip()
    fields = map_of(params, "customfields")
    by_name = {plain_name(str(name)): text_of(fields, name).strip() for name in fields}
    filled = (by_name.get(name, "") for name in mailbox_fields())
    chosen = next(filter(None, filled), "")
    if chosen and "@" not in chosen:
        chosen = f"{chosen}@{domain}"
    for address in (chosen, text_of(params, "username").strip(), domain):
        if "@" in address:
            return {"address": address}
    raise Invalid(
        "The service names no mailbox: give its Username as a whole address, or have the order ask"
        " for it in a custom field named %(field)s.",
        field="Mailbox",
    )


def mailbox_fields() -> list[str]:
    """The plain names that the custom field for a sold mailbox may have."""
    names = (
        "Mailbox", "Mailbox address", "Mailbox name", "E-mail", "E-mail address", "Email",
        "Email address", "Skrzynka", "Skrzynka pocztowa", "Adres skrzynki", "Nazwa skrzynki",
        "Adres e-mail", "Adres email", "Postfach", "Postfachadresse", "E-Mail-Adresse",
    )  # fmt: skip
    return list(dict.fromkeys(plain_name(name) for name in names))


#: what the PHP side says where no engine has been asked; `Language.php` finds them by their text
_SAID_IN_PHP = (
    N_("Open webmail"),
    N_("Please use the form on the page of your service."),
    N_("The mail server gives no answer just now; please try again later."),
    N_("Open the page of your service again."),
    N_("Open as the client"),
    N_("Storage used, as of %(moment)s: %(used)s."),
    N_("%(name)s is in the cart twice."),
    N_("This product cannot be delivered as it is set up; please write to us."),
    N_("Activity"),
    N_("Every limit that the product sets has its configurable option."),
    N_("Make configurable options, hidden until priced:"),
)


def declared() -> dict[str, Any]:
    """What the PHP side must know without the engine: settings, metrics, seconds, sentences."""
    reply = Reply("unchanged", "")
    hooks = {name: registry.hook_of(event) for name, event in registry.events("whmcs").items()}
    waits = {name: hook.wait for name, hook in hooks.items()}
    return {
        **{name: answer(name, reply, "", "") for name in ("MetaData", "ConfigOptions")},
        "metrics": METRICS,
        "seconds": {name: SECONDS[wait] for name, wait in waits.items()},
        "of_a_server": [name for name, wait in waits.items() if wait == "server"],
        "of_limits": [name for name, hook in hooks.items() if LIMITS in hook.plan],
        "mailbox_fields": mailbox_fields(),
        "option_set": whmcs_extras.option_set(),
        "languages": {tag: _said(tag) for tag in languages.translated()},
    }


def _said(tag: str) -> dict[str, Any]:
    """WHMCS's names of a language, and the sentences of the PHP side in it."""
    texts = {*_SAID_IN_PHP, *(one.get("pattern", one["displayName"]) for one in METRICS)}
    texts |= {
        text
        for options in whmcs_extras.OPTION_SET.values()
        for _, *more in options
        for text in more
    }
    for option in OPTIONS:
        texts |= {option.name, option.description, *(label for _, label in option.choices)}
    sentences = {text: i18n.translations(tag).gettext(text) for text in sorted(texts)}
    translated = {text: said for text, said in sentences.items() if said != text}
    return {"names": list(languages.found()[tag].names), "sentences": translated}


HOST = Host(read=read, answer=answer, locale=locale, host_port=host_port, names_in="whmcs")
