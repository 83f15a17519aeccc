"""The contract, read by a schema-driven fuzzer, against the running receiver.

Requests that fit the contract and requests that do not, as a stranger would send them and signed
by an enrolled device: behind the signature lies the checking that matters. No answer is a failure
of the server, and every answer is one that the contract knows.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.ministry_server.contract_world import ContractWorld, contract_world
from tests.ministry_server.test_contract import CONTRACT

SAMPLE, MANY = 12, 1_000
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
OPERATIONS = {
    operation.ok().label: operation.ok()
    for operation in schemathesis.openapi.from_dict(CONTRACT).get_all_operations()
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ContractWorld]:
    with contract_world(tmp_path_factory.mktemp("contract")) as made:
        yield made


def fuzz(world: ContractWorld, label: str, examples: int, *, known: bool) -> Counter[int]:
    """Send drawn requests to one operation; how often it answered with which status.

    `known`: as an enrolled device or a holder of a token.
    """
    operation = OPERATIONS[label]
    seen: Counter[int] = Counter()

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=examples == SAMPLE,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(
        case=st.one_of(
            operation.as_strategy(GenerationMode.POSITIVE),
            operation.as_strategy(GenerationMode.NEGATIVE),
        ),
        seed=st.integers(0, 2**32),
    )
    def send(case: Case, seed: int) -> None:
        # The limits for wrong codes and tokens have tests of their own.
        world.clock.forward(minutes=11)
        negative = case.meta is not None and case.meta.generation.mode is GenerationMode.NEGATIVE
        if known:
            case = world.prepare(case, random.Random(seed))
        answer = case.call(base_url=world.receiver.url, session=world.device.session, timeout=60)
        seen[answer.status_code] += 1
        strict = negative and not known
        case.validate_response(answer, checks=[*CHECKS, *([negative_data_rejection] * strict)])

    send()
    return seen


@pytest.mark.parametrize("label", sorted(OPERATIONS))
def test_a_stranger_gets_what_the_contract_says(world, label) -> None:
    seen = fuzz(world, label, SAMPLE, known=False)
    if label.startswith("POST"):
        assert set(seen) <= {400, 401, 403, 413, 415}, seen


@pytest.mark.parametrize("label", sorted(OPERATIONS))
def test_a_device_gets_what_the_contract_says(world, label) -> None:
    fuzz(world, label, SAMPLE, known=True)


@pytest.mark.long
@pytest.mark.parametrize("label", sorted(OPERATIONS))
def test_a_thousand_requests_to_each_operation(world, label) -> None:
    strangers = fuzz(world, label, MANY, known=False)
    devices = fuzz(world, label, MANY, known=True)
    # Whatever is right behind the signature, is reached.
    assert devices[200] + devices[201] > MANY // 20, devices
    print(json.dumps({"operation": label, "strangers": strangers, "devices": devices}))
