"""The OpenAPI document holds: whatever is sent, the answer is of a kind that it names."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings, strategies
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.conftest import Params
from tests.faults.figures import PROPERTY

from .serving import Caller, signed

#: requests of each operation
EXAMPLES = {"sample": 40, "part": 1_600, "all": 1_600}
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@pytest.fixture
def http_settings(http_settings: Any) -> Any:
    """No other Zimbra is asked than the simulated one, whatever a request names."""
    http_settings.write_text(f"only_configured_servers = true\n{http_settings.read_text()}")
    return http_settings


def test_every_answer_is_as_the_document_says(
    caller: Caller,
    params: Params,
    request: pytest.FixtureRequest,
    record_property: Callable[[str, object], None],
) -> None:
    """No server error, no undocumented status, type or shape; signed or not, sense or nonsense."""
    schema = schemathesis.openapi.from_url(f"{caller.address}/openapi.json")
    caller.call("create", params)
    session, statuses = requests.Session(), dict[int, int]()
    number = EXAMPLES[request.config.getoption("--faults")]

    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()

        @settings(max_examples=number, deadline=None, database=None, derandomize=True,
                  suppress_health_check=list(HealthCheck))  # fmt: skip
        @given(case=operation.as_strategy(), how=strategies.integers(0, 9))
        def answered(case: Any, how: int) -> None:
            response = send(session, case, how, caller, params)
            statuses[response.status_code] = statuses.get(response.status_code, 0) + 1
            case.validate_response(response, checks=CHECKS)

        answered()
    session.close()
    figures = {
        "cases": sum(statuses.values()),
        "carried_out": statuses.get(200, 0) + statuses.get(201, 0),
        # What fails ends the test before this is noted.
        "errors": 0,
        "violations": 0,
    }
    record_property(f"{PROPERTY}OpenAPI by schemathesis", figures)

    assert {200, 400, 401} <= statuses.keys()


def send(
    session: requests.Session, case: Any, how: int, caller: Caller, params: Params
) -> requests.Response:
    """Send a generated request: signed but for one in ten, and some of them with a whole order."""
    wanted = requests.Request(**case.as_transport_kwargs(base_url=caller.address))
    if how and case.method == "POST":
        wanted.params = {}
        if how < 5 and "plain" in wanted.url and isinstance(wanted.json, dict):
            wanted.json = params if how < 3 else wanted.json | {"server": params["server"]}
        body = b"" if wanted.json is None else json.dumps(wanted.json).encode()
        wanted.json, wanted.data = None, body
        wanted.headers = signed(caller.secret, body)
    return session.send(session.prepare_request(wanted))
