"""Where a value comes from, who wins, and what happens to a bad one."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from operator_app.config import paths
from operator_app.domain.policy import (
    BY_NAME,
    REGISTRY_KEY,
    SETTINGS,
    InForce,
    Kind,
    Layer,
    Source,
    resolve,
)
from operator_app.domain.provisioning import parse_provisioning
from operator_app.errors import BadInput
from operator_app.services.policy import (
    _registry_layer,
    file_layers,
    installation,
    log_problems,
    policy_file_layers,
)
from operator_app.services.reference import load_reference
from operator_app.ui.policy_problems import SENTENCES
from operator_app.ui.policy_wording import NAMES, problem_words, value_words
from tests.policy.registry import Registry
from tests.provisioning.test_provisioning import GOOD

GOOD_VALUES: dict[str, Any] = {
    "server_url": "https://117.example.kg",
    "proxy": "http://10.0.0.1:3128",
    "allow_https": 1,
    "allow_xroad": 0,
    "allow_folder": 0,
    "export_folder": r"\\server\117\exports",
    "backup_folder": r"D:\117",
    "idle_minutes": 10,
    "updates": "fetch",
    "update_folder": r"%SystemDrive%\117\updates",
    "language": "ky",
    "data_folder": r"D:\117 Operator",
}
BAD_VALUES: dict[str, list[Any]] = {
    "server_url": ["http://117.example.kg", "117", 7, "https://a:b@117.example.kg", ""],
    "proxy": ["10.0.0.1:3128", "http://a:b@10.0.0.1:3128", "socks5://x:1", "http://x", "http://x:99999"],
    "allow_https": [2, "yes", -1],
    "allow_xroad": ["1"],
    "allow_folder": [[]],
    "export_folder": ["exports", r"..\x", r"D:\a\..\b", "D:x", "a\nb"],
    "backup_folder": ["", 5],
    "idle_minutes": [0, 61, "10", True, 2.5],
    "updates": ["Notify", "install", 1],
    "update_folder": ["x" * 500],
    "language": ["de", "RU"],
    "data_folder": ["data"],
}  # fmt: skip


def on_windows(*layers: Layer) -> InForce:
    return resolve(layers, windows=True)


def machine(**values: Any) -> Layer:
    return Layer(Source.MACHINE_POLICY, values)


def test_the_samples_are_of_every_setting() -> None:
    assert set(GOOD_VALUES) == set(BAD_VALUES) == set(BY_NAME) == set(NAMES)
    assert len({s.value_name.lower() for s in SETTINGS}) == len(SETTINGS)


def test_group_policy_of_the_pc_then_of_the_account_then_the_file() -> None:
    registry = Registry()
    for name, value in GOOD_VALUES.items():
        registry.set("HKLM", REGISTRY_KEY, BY_NAME[name].value_name.upper(), value)
    registry.set("HKCU", REGISTRY_KEY, "IdleLockMinutes", 20)
    registry.set("HKCU", REGISTRY_KEY, "**del.Language", "")
    layers = [
        _registry_layer(registry, source, root)
        for source, root in ((Source.MACHINE_POLICY, "HKLM"), (Source.USER_POLICY, "HKCU"))
    ]
    assert None not in layers
    read = on_windows(*layers, Layer(Source.FILE, {"idle_minutes": 30}))  # type: ignore[arg-type]
    assert read.problems == ()
    assert {name: held.value for name, held in read.held.items()} == {
        **GOOD_VALUES,
        "allow_https": True,
        "allow_xroad": False,
        "allow_folder": False,
        "update_folder": r"C:\117\updates",
    }
    assert {held.source for held in read.held.values()} == {Source.MACHINE_POLICY}
    assert read.folder("backup_folder") == Path(r"D:\117")
    assert [read.allows(way) for way in ("https", "xroad", "folder")] == [True, False, False]


def test_the_account_wins_over_the_file_and_what_nobody_set_is_as_delivered() -> None:
    read = on_windows(
        Layer(Source.USER_POLICY, {"idle_minutes": 20}),
        Layer(Source.FILE, {"idle_minutes": 30, "language": "en"}),
    )
    assert read.held["idle_minutes"].source is Source.USER_POLICY
    assert read.held["language"].source is Source.FILE
    assert read.value("updates") == "notify" and not read.holds("updates")
    assert read.allows("https")


@pytest.mark.parametrize("name", list(BAD_VALUES))
def test_a_bad_value_is_named_counts_as_not_set_and_is_never_repeated(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    for bad in BAD_VALUES[name]:
        caplog.clear()
        read = on_windows(machine(**{name: bad}))
        (problem,) = read.problems
        assert (problem.fault.where, problem.source) == (name, Source.MACHINE_POLICY), bad
        assert not read.holds(name)
        assert read.value(name) == BY_NAME[name].default
        words = problem_words(problem)
        assert problem.fault.code in SENTENCES and "{" not in words and NAMES[name] in words
        with caplog.at_level(logging.WARNING, "operator_app"):
            log_problems(read)
        assert caplog.messages == [f"setting {name} of machine_policy: {problem.fault.code}"]


def test_below_a_bad_value_the_next_source_counts() -> None:
    read = on_windows(machine(idle_minutes=0), Layer(Source.FILE, {"idle_minutes": 30}))
    assert read.value("idle_minutes") == 30 and len(read.problems) == 1


def test_what_is_not_known_and_what_cannot_be_read() -> None:
    registry = Registry()
    registry.set("HKLM", REGISTRY_KEY, "Idle\nMinutes", 5)
    registry.refused.add("HKCU")
    layers = [
        _registry_layer(registry, Source.MACHINE_POLICY, "HKLM"),
        _registry_layer(registry, Source.USER_POLICY, "HKCU"),
    ]
    read = on_windows(*layers)  # type: ignore[arg-type]
    assert [(p.fault.where, p.fault.code) for p in read.problems] == [
        ("Idle?Minutes", "policy.unknown"),
        ("", "policy.unreadable"),
    ]
    assert _registry_layer(Registry(), Source.MACHINE_POLICY, "HKLM") is None


def test_fetching_needs_a_folder() -> None:
    read = on_windows(machine(updates="fetch"))
    assert read.value("updates") == "notify"
    assert [p.fault.code for p in read.problems] == ["policy.update_folder_missing"]


def test_every_value_has_words() -> None:
    held = on_windows(machine(**GOOD_VALUES)).held
    said = {name: value_words(name, held[name].value) for name in held}
    assert said["idle_minutes"] == "10 minutes" and said["allow_xroad"] == "not allowed"
    assert all(value_words(s.name, s.default) for s in SETTINGS)
    for setting in SETTINGS:
        for choice in setting.choices if setting.kind is Kind.CHOICE else ():
            assert value_words(setting.name, choice) not in ("", "none")


@given(st.dictionaries(st.one_of(st.sampled_from(list(BY_NAME)), st.text()), st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary(),
    st.lists(st.text()), st.dictionaries(st.text(), st.text()))))  # fmt: skip
@settings(max_examples=200, deadline=None)
def test_nothing_that_can_stand_in_a_registry_ends_the_program(values: dict[str, Any]) -> None:
    for windows in (True, False):
        read = resolve([Layer(Source.MACHINE_POLICY, values)], windows=windows)
        for name in values:
            told = {p.fault.where for p in read.problems}
            assert name in read.held or name in told or name not in BY_NAME


# The file of a Linux PC and office.toml


def test_the_policy_file_of_a_linux_pc(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    assert policy_file_layers(file) == []
    file.write_text('idle_minutes = 3\nbackup_folder = "/srv/117"\nallow_folder = false\n')
    file.chmod(0o644)
    read = resolve(policy_file_layers(file), windows=False)
    assert (read.value("idle_minutes"), read.folder("backup_folder")) == (3, Path("/srv/117"))
    assert not read.allows("folder")
    file.chmod(0o666)
    assert [p.fault.code for p in resolve(policy_file_layers(file)).problems] == [
        "policy.everybody_writes"
    ]
    file.chmod(0o644)
    for broken in (b"idle_minutes = ", b"\xff\xfe", b"x" * 70_000):
        file.write_bytes(broken)
        assert [p.fault.code for p in resolve(policy_file_layers(file)).problems] == [
            "policy.unreadable"
        ]
    folder = tmp_path / "folder.toml"
    folder.mkdir()
    assert resolve(policy_file_layers(folder)).problems[0].fault.code == "policy.unreadable"


def test_office_toml_goes_on_holding_after_the_set_up(tmp_path: Path) -> None:
    where = paths(tmp_path)
    assert file_layers(where) == []
    file = tmp_path / "office.toml"
    # What is wrong with the rest of the file is the wizard's to tell, not the settings'.
    file.write_text('\ufefflanguage = "xx"\n[settings]\r\nidle_minutes = 7\nwhat = 1\n', "utf-8")
    read = resolve(file_layers(where))
    assert read.held["idle_minutes"].source is Source.FILE
    assert [(p.fault.where, p.fault.code) for p in read.problems] == [("what", "policy.unknown")]
    for broken in ("[settings", "settings = 5", "\x00"):
        file.write_text(broken)
        assert resolve(file_layers(where)).problems[0].fault.code == "policy.unreadable"


def test_the_wizard_names_bad_settings_with_their_lines() -> None:
    reference = load_reference(paths().resources)
    text = (
        GOOD
        + "[settings]\nidle_minutes = 90\nlanguage = 'ru'\ncolour = 'red'\ndata_folder = '/x'\n"
    )
    assert parse_provisioning(GOOD + "[settings]\nidle_minutes = 9\n", reference).language == "ky"
    with pytest.raises(BadInput) as caught:
        parse_provisioning(text, reference)
    lines = text.split("\n")
    assert [
        (lines[(f.line or 0) - 1].split()[0], f.where, f.code) for f in caught.value.faults
    ] == [
        ("idle_minutes", "settings.idle_minutes", "policy.not_number"),
        ("colour", "settings.colour", "policy.unknown"),
        ("data_folder", "settings.data_folder", "policy.unknown"),
    ]


def test_policy_says_where_the_data_lie_unless_whoever_starts_it_says_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPERATOR117_DATA", raising=False)
    there = tmp_path / "there"

    def read() -> list[Layer]:
        return [machine(data_folder=str(there))]

    where, policy = installation(read=read)
    assert where.data == there and policy.holds("data_folder")
    assert installation(tmp_path / "mine", read=read)[0].data == tmp_path / "mine"
    monkeypatch.setenv("OPERATOR117_DATA", str(tmp_path / "of the environment"))
    assert installation(read=read)[0].data == tmp_path / "of the environment"
