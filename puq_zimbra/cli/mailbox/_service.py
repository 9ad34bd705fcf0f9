"""What the commands of `puq-zimbra mailbox` share: the service, its mailboxes, and an action."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import wraps
from typing import Any

import click

from puq_zimbra.billing import plain
from puq_zimbra.cli import _options
from puq_zimbra.cli._progress import waiting
from puq_zimbra.cli.service import _calls
from puq_zimbra.config import load
from puq_zimbra.engine import dispatch, service_lookup
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import NotFound, filled_in
from puq_zimbra.provisioning.entries import address_of
from puq_zimbra.reply import CODES, Reply
from puq_zimbra.request import Actor, Request
from puq_zimbra.selfservice import scope
from puq_zimbra.selfservice.bulk import preview
from puq_zimbra.selfservice.editing import ATTRIBUTES
from puq_zimbra.units import address as read_address
from puq_zimbra.zimbra.answers import Entry


@dataclass(frozen=True)
class Opened:
    """A service, found on its server."""

    runtime: Runtime
    request: Request

    @property
    def zimbra(self) -> Any:
        """The client of its server."""
        return self.runtime.zimbra(self.request)

    @property
    def stamped(self) -> Entry:
        """The object that bears its stamp.

        Raises:
            Refused: the service is not active.
        """
        return scope.open_service(self.zimbra, self.request)

    def account(self, typed: str) -> Entry:
        """A mailbox of the service by its address, those in the bin included.

        Raises:
            NotFound: there is none.
        """
        stamped, address = self.stamped, self.address(typed)
        # By name first: an alias finds its account, and only the account has the id.
        found = self.zimbra.get_account(address, "name", ("zimbraId",))
        account = scope.mailbox(self.zimbra, self.request, stamped, found.id, ATTRIBUTES, shut=True)
        if address_of(account) != address:
            raise NotFound(scope.GONE)
        return account

    def address(self, typed: str) -> str:
        """An address as it was typed; a name alone is in the service's own domain."""
        domain = next(iter(preview.domains_of(self.zimbra, self.request, self.stamped)), "")
        try:
            return read_address(typed if "@" in typed else f"{typed}@{domain}")
        except ValueError as error:
            raise click.UsageError(f"{typed} is not an address.") from error


@dataclass(frozen=True)
class Where:
    """The service that a command names."""

    installation: str
    service_id: str
    #: name of a server of the settings; None = all are looked at
    server: str | None
    #: of the order; None = the service is as Zimbra has it
    path: str | None


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """INSTALLATION SERVICE_ID, and where the service is: the command's argument ``where``."""

    @wraps(command)
    def gathered(*given: Any, **options: Any) -> Any:
        named = {one.name: options.pop(one.name) for one in fields(Where)}
        return command(*given, where=Where(**named), **options)

    return _options.one_service(_options.server(_options.order(gathered)))


@contextmanager
def opened(context: click.Context, where: Where) -> Iterator[Opened]:
    """Open a service: by its order, or as Zimbra has it."""
    runtime = Runtime(load(context.obj))
    try:
        names = (where.installation, where.service_id)
        if where.path is not None:
            params = _calls.order_of(where.path, *names)
        else:
            found = service_lookup.find(runtime, service_lookup.named(*names), where.server)
            service = service_lookup.service_of(found.stamped, where.service_id)
            params = service_lookup.params_of(
                runtime.config, found.server, where.installation, service
            )
        request = runtime.config.complete(plain.validate(params))
        made = {"request_id": f"staff:{secrets.token_hex(8)}", "actor": Actor(kind="staff")}
        yield Opened(runtime, request.model_copy(update=made))
    finally:
        runtime.close()


def act(opened: Opened, action: str, target: str = "", **typed: str) -> Reply:
    """Carry out an action of the customer's page as staff."""
    form = {"puqz_action": action, "puqz_object": target, **typed}
    request = opened.request.model_copy(update={"form": form, "event": "staff_action"})
    with waiting(action.replace("_", " ")):
        return dispatch.carry_out_internal("staff_action", request, opened.runtime)


def show(reply: Reply, *, as_json: bool) -> int:
    """Print a reply; return the exit status."""
    message = filled_in(reply.message, reply.values)
    if as_json:
        told: Mapping[str, Any] = {"ok": reply.ok, "code": reply.code, "message": message}
        click.echo(json.dumps({**told, **reply.once}, ensure_ascii=False))
    else:
        click.echo(message, err=not reply.ok)
        if password := reply.once.get("password"):
            click.echo(f"password: {password}")
    return CODES[reply.code][1]
