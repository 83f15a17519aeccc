"""What sticks and shares do to files: each answered in words, nothing lost, nothing half."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ministry_server.bundle_commands import SENTENCES as COMMAND_SENTENCES
from ministry_server.bundles import take_in
from ministry_server.cli import main
from operator_app.db import settings
from operator_app.domain.wire import canonical_plain
from operator_app.errors import AppError
from operator_app.sync import bundle_post, bundles
from operator_app.sync.bundle import MOST_BYTES, RECEIPTS_SUFFIX, SUFFIX
from operator_app.sync.bundle_post import BundlePost
from operator_app.sync.bundles import make_bundle
from operator_app.sync.carriers.folder import files_of, read_whole, write_whole
from operator_app.sync.receipts import sign
from operator_app.ui.folder_problems import SENTENCES
from tests.architecture.source import ROOT
from tests.receiver import RunningReceiver
from tests.sync.desk import Desk, arrived
from tests.sync.invariants import check_client, check_nothing_lost

FLIPS = 60
CUTS = 40


def post_of(desk: Desk) -> BundlePost:
    return BundlePost(desk.database, desk.office.clock, "0.1.0")


def refused(work: Callable[[], object]) -> str:
    """The code of the refusal; a person at either end is told in words what it means."""
    with pytest.raises(AppError) as raised:
        work()
    assert raised.value.code in SENTENCES | COMMAND_SENTENCES
    return raised.value.code


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    made = tmp_path / "stick"
    made.mkdir()
    return made


class FailingFile:
    """Stands for a file on a stick: what is done to it goes wrong at one step."""

    def __init__(self, stream: Any, step: str, number: int) -> None:
        self._stream, self._step, self._number = stream, step, number

    def __enter__(self) -> FailingFile:
        return self

    def __exit__(self, *exception: object) -> None:
        self._stream.close()

    def __getattr__(self, name: str) -> Any:
        if name == self._step:
            raise OSError(self._number, "as the stick says")
        return getattr(self._stream, name)

    def write(self, data: bytes) -> int:
        if self._step == "write":
            self._stream.write(data[: len(data) // 2])
            raise OSError(self._number, "as the stick says")
        return int(self._stream.write(data))


@pytest.mark.parametrize("step", ["open", "write", "flush", "fsync", "read", "rename"])
@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENODEV, "folder.gone"),
        (errno.EIO, "folder.gone"),
        (errno.ENOSPC, "folder.full"),
        (errno.EROFS, "folder.read_only"),
        (errno.EACCES, "folder.read_only"),
    ],
)
def test_a_stick_that_fails_at_any_step_holds_the_old_file_or_none(
    stick: Path, monkeypatch: pytest.MonkeyPatch, step: str, number: int, code: str
) -> None:
    file = stick / "b.117"
    file.write_bytes(b"the old one")

    def fail(*_args: object, **_more: object) -> Any:
        raise OSError(number, "as the stick says")

    real_open = Path.open
    with monkeypatch.context() as patched:
        if step == "open":
            patched.setattr(Path, "open", fail)
        elif step in ("write", "flush"):
            patched.setattr(
                Path,
                "open",
                lambda self, *a, **k: FailingFile(real_open(self, *a, **k), step, number),
            )
        elif step == "fsync":
            patched.setattr(os, "fsync", fail)
        else:
            patched.setattr(Path, "read_bytes" if step == "read" else "replace", fail)
        assert refused(lambda: write_whole(file, b"the new one")) == code
    assert file.read_bytes() == b"the old one"
    assert [f.name for f in stick.iterdir()] == ["b.117"]
    write_whole(file, b"the new one")
    assert file.read_bytes() == b"the new one"


def test_a_stick_that_gives_back_something_else_is_found_out(
    stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "read_bytes", lambda _self: b"the new onf")
    assert refused(lambda: write_whole(stick / "b.117", b"the new one")) == "folder.differs"
    assert list(stick.iterdir()) == []


def test_a_file_that_another_program_holds(stick: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    error = PermissionError(errno.EACCES, "in use")
    error.winerror = 32  # type: ignore[attr-defined]

    def held(*_args: object) -> Any:
        raise error

    monkeypatch.setattr(Path, "replace", held)
    assert refused(lambda: write_whole(stick / "b.117", b"x")) == "folder.locked"
    assert list(stick.iterdir()) == []
    monkeypatch.setattr(os, "open", held)
    assert refused(lambda: read_whole(stick / "b.117")) == "folder.locked"


WRITER = """
import hashlib, random, sys
from pathlib import Path
from operator_app.sync.carriers.folder import write_whole
while True:
    body = random.randbytes(random.randrange(1, 3_000_000))
    write_whole(Path(sys.argv[1]), hashlib.sha256(body).digest() + body)
    print("written", flush=True)
"""


@pytest.mark.parametrize("kills", [4, pytest.param(200, marks=pytest.mark.long)])
def test_a_program_killed_while_writing_leaves_a_whole_file(stick: Path, kills: int) -> None:
    dice = random.Random(117)
    file = stick / "b.117"
    for _n in range(kills):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(file)], cwd=ROOT, stdout=subprocess.PIPE
        ) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(dice.random() / 10)
            writer.kill()
        whole = file.read_bytes()
        assert hashlib.sha256(whole[32:]).digest() == whole[:32]
        assert all(f.suffix == ".part" for f in stick.iterdir() if f != file)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such pipes")
def test_only_ordinary_files_of_a_sane_size_are_read(stick: Path) -> None:
    assert refused(lambda: read_whole(stick)) == "folder.not_a_file"
    assert refused(lambda: read_whole(stick / "none.117")) == "folder.gone"
    pipe = stick / "pipe.117"
    os.mkfifo(pipe)
    assert refused(lambda: read_whole(pipe)) == "folder.not_a_file"
    huge = stick / "huge.117"
    with huge.open("wb") as stream:
        stream.truncate(MOST_BYTES + 1)
    assert refused(lambda: read_whole(huge)) == "bundle.too_large"


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_links_in_the_folder_lead_nowhere(stick: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"not for the stick")
    (stick / "a.117").symlink_to(secret)
    (stick / "b.receipts.117").symlink_to(secret)
    assert files_of(stick, "", SUFFIX) == []
    write_whole(stick / "b.receipts.117", b"receipts")
    assert secret.read_bytes() == b"not for the stick"
    assert read_whole(stick / "b.receipts.117") == b"receipts"


@pytest.mark.skipif(sys.platform == "win32", reason="no such names there")
def test_names_that_try_to_climb_out_stay_names(
    desk: Desk, receiver: RunningReceiver, stick: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.save()
    written = post_of(desk).write_into(desk.office.actor, stick)
    evil = stick / "..\\..\\windows\x1b[2J.117"
    (stick / written.name).rename(evil)
    assert main(["take-in", str(stick), "--data", str(receiver.folder)]) == 0
    assert "\x1b" not in capsys.readouterr().out
    assert len(list(stick.iterdir())) == 2
    assert len(list(stick.parent.glob("*windows*"))) == 0


def test_a_bundle_that_was_cut_or_flipped_anywhere_is_refused_whole(
    desk: Desk, receiver: RunningReceiver, stick: Path
) -> None:
    desk.save(), desk.save_danger()
    written = post_of(desk).write_into(desk.office.actor, stick)
    good = (stick / written.name).read_bytes()
    dice = random.Random(117)
    for damaged in damages(good, dice):
        refused(lambda: take_in(receiver.receiver, damaged))  # noqa: B023 - called at once
    assert arrived(receiver.store) == []
    receipts = take_in(receiver.receiver, good).receipts
    assert len(arrived(receiver.store)) == 3
    before = desk.rows()
    brought = stick / f"x{RECEIPTS_SUFFIX}"
    for damaged in damages(receipts, dice):
        brought.write_bytes(damaged)
        refused(lambda: post_of(desk).read_from(desk.office.actor, brought))
    assert desk.rows() == before
    brought.write_bytes(receipts)
    post_of(desk).read_from(desk.office.actor, brought)
    assert set(desk.states().values()) == {"applied"}
    check_client(desk)
    check_nothing_lost(desk, receiver.store)


def damages(good: bytes, dice: random.Random) -> list[bytes]:
    """The file cut, with a bit flipped, with a line lost, doubled or moved, or with more behind."""
    found = [good[: dice.randrange(len(good))] for _n in range(CUTS)]
    for _n in range(FLIPS):
        flipped = bytearray(good)
        flipped[dice.randrange(len(good))] ^= 1 << dice.randrange(8)
        found.append(bytes(flipped))
    lines = good.splitlines(keepends=True)
    for n in range(len(lines)):
        found.append(b"".join(lines[:n] + lines[n + 1 :]))
        found.append(b"".join([*lines[:n], lines[n], *lines[n:]]))
    found.append(b"".join([lines[0], *reversed(lines[1:-1]), lines[-1]]))
    found += [good + b"{}\n", good + b" ", good[:-1], b"PK\x03\x04" + good, b"", b"{" * 100_000]
    return found


def test_a_head_that_lies_is_refused_though_it_is_signed(
    desk: Desk, receiver: RunningReceiver
) -> None:
    desk.save()
    with desk.database.read() as connection:
        key = settings.read_device(connection).signing_key
    lines = make_bundle(desk.database, desk.office.clock, "0.1.0").data.splitlines()
    head = json.loads(lines[0])
    lies: list[dict[str, Any]] = [
        {"count": 2},
        {"count": -1},
        {"cursor": 2**60},
        {"holds": [{"inc": "x", "ranges": [[9, 1]]}]},
        {"holds": [{"inc": "x", "ranges": [[1, 2]] * 6000}]},
        {"report": {}},
        {"report": {**head["report"], "app_version": "<script>"}},
        {"office": "a b"},
        {"inc": "x" * 65},
        {"more": 1},
        {"made_at": 1.5},
    ]
    for lie in lies:
        before = b"".join(line + b"\n" for line in [canonical_like(head | lie), *lines[1:-1]])
        said = {"lines": len(lines) - 1, "digest": hashlib.sha256(before).hexdigest()}
        data = before + canonical_plain(sign(said, key, purpose="bundle")) + b"\n"
        assert refused(lambda: take_in(receiver.receiver, data)) == "bundle.malformed"  # noqa: B023
    assert arrived(receiver.store) == []


def canonical_like(head: dict[str, Any]) -> bytes:
    first = {"format": head["format"]}
    return json.dumps(first | head, separators=(",", ":")).encode()


class TestTheSharedFolder:
    """It goes by itself, and goes on by itself after whatever happened."""

    @pytest.fixture
    def post(self, desk: Desk, stick: Path) -> BundlePost:
        post = post_of(desk)
        post.set_folder(desk.office.actor, stick)
        return post

    def take_all_in(self, receiver: RunningReceiver, stick: Path) -> int:
        return main(["take-in", str(stick), "--data", str(receiver.folder)])

    def test_each_look_brings_only_what_is_new(
        self, desk: Desk, receiver: RunningReceiver, post: BundlePost, stick: Path
    ) -> None:
        desk.save()
        assert post.run_once()
        assert not post.run_once()
        desk.save(), desk.save()
        assert post.run_once()
        sizes = sorted(len(f.read_bytes().splitlines()) - 2 for f in stick.iterdir())
        assert sizes == [1, 2]
        assert self.take_all_in(receiver, stick) == 0
        assert post.run_once()
        assert set(desk.states().values()) == {"applied"}
        assert list(stick.iterdir()) == []
        check_client(desk)

    def test_what_vanished_from_the_folder_is_written_anew(
        self, desk: Desk, receiver: RunningReceiver, post: BundlePost, stick: Path
    ) -> None:
        for _n in range(2):
            desk.save()
            post.run_once()
        first = min(stick.iterdir())
        first.unlink()
        assert post.run_once()
        assert self.take_all_in(receiver, stick) == 0
        assert len(arrived(receiver.store)) == 2
        post.run_once()
        assert set(desk.states().values()) == {"applied"}

    def test_a_folder_that_is_away_loses_nothing_and_is_said_once(
        self, desk: Desk, receiver: RunningReceiver, post: BundlePost, stick: Path
    ) -> None:
        desk.save()
        away = stick.rename(stick.with_name("pulled out"))
        for _n in range(3):
            post.run_once()
        assert post.facts(desk.office.actor).problem == "folder.gone"
        away.rename(stick)
        assert post.run_once()
        assert post.facts(desk.office.actor).problem is None
        self.take_all_in(receiver, stick)
        post.run_once()
        assert set(desk.states().values()) == {"applied"}

    def test_a_damaged_receipt_file_keeps_no_other_from_being_read(
        self, desk: Desk, receiver: RunningReceiver, post: BundlePost, stick: Path
    ) -> None:
        for _n in range(2):
            desk.save()
            post.run_once()
        self.take_all_in(receiver, stick)
        damaged = min(stick.glob(f"*{RECEIPTS_SUFFIX}"))
        damaged.write_bytes(damaged.read_bytes()[:-40])
        post.run_once()
        assert post.facts(desk.office.actor).problem == "bundle.cut"
        # The bundle lies there still, so its receipts can be written again.
        assert self.take_all_in(receiver, stick) == 0
        post.run_once()
        assert post.facts(desk.office.actor).problem is None
        assert set(desk.states().values()) == {"applied"}
        assert list(stick.iterdir()) == []

    def test_pcs_of_one_office_share_a_folder_and_leave_each_others_files_alone(
        self,
        desk: Desk,
        colleague: Desk,
        receiver: RunningReceiver,
        post: BundlePost,
        stick: Path,
    ) -> None:
        theirs = post_of(colleague)
        theirs.set_folder(colleague.office.actor, stick)
        desk.save(), colleague.save()
        post.run_once(), theirs.run_once()
        self.take_all_in(receiver, stick)
        assert len(list(stick.iterdir())) == 4
        post.run_once()
        assert len(list(stick.iterdir())) == 2
        assert set(colleague.states().values()) == {"queued"}
        theirs.run_once()
        assert list(stick.iterdir()) == []
        for seat in (desk, colleague):
            assert set(seat.states().values()) == {"applied"}
            check_client(seat)

    def test_very_many_unanswered_bundles_become_one(
        self,
        desk: Desk,
        receiver: RunningReceiver,
        post: BundlePost,
        stick: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(bundle_post, "MOST_IN_FOLDER", 3)
        for _n in range(4):
            desk.save()
            post.run_once()
        (one,) = stick.iterdir()
        assert len(one.read_bytes().splitlines()) == 4 + 2
        self.take_all_in(receiver, stick)
        post.run_once()
        assert set(desk.states().values()) == {"applied"}

    def test_what_a_power_cut_left_there_is_swept_out(
        self, desk: Desk, post: BundlePost, stick: Path
    ) -> None:
        desk.save()
        post.run_once()
        (bundle,) = stick.iterdir()
        half = stick / f".{bundle.name}.00c0ffee.part"
        half.write_bytes(bundle.read_bytes()[:100])
        foreign = stick / ".ffffffffffffffff-00000000.117.00c0ffee.part"
        foreign.write_bytes(b"of another PC, perhaps still being written")
        desk.save()
        post.run_once()
        assert not half.exists()
        assert foreign.exists()

    def test_the_folder_of_the_database_is_no_place_for_bundles(self, desk: Desk) -> None:
        inside = desk.database.file.parent / "bundles"
        inside.mkdir()
        set_folder = post_of(desk).set_folder
        assert refused(lambda: set_folder(desk.office.actor, inside)) == "folder.inside"
        missing = desk.database.file.parent.parent / "no such"
        assert refused(lambda: set_folder(desk.office.actor, missing)) == "folder.gone"


def test_more_than_a_bundle_holds_waits_for_the_next(
    desk: Desk, receiver: RunningReceiver, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundles, "MOST_ITEMS", 2)
    for _n in range(3):
        desk.save()
    post = post_of(desk)
    written = post.write_into(desk.office.actor, stick)
    assert (written.count, written.left) == (2, 1)
    post.set_folder(desk.office.actor, stick)
    while post.run_once():
        assert main(["take-in", str(stick), "--data", str(receiver.folder)]) == 0
    assert set(desk.states().values()) == {"applied"}
    assert len(arrived(receiver.store)) == 3


def test_receipts_that_could_not_be_written_come_when_it_is_taken_in_again(
    desk: Desk,
    receiver: RunningReceiver,
    stick: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    desk.save()
    post_of(desk).write_into(desk.office.actor, stick)
    arguments = ["take-in", str(stick), "--data", str(receiver.folder)]

    def full(*_args: object) -> None:
        raise OSError(errno.ENOSPC, "no room")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        assert main(arguments) == 1
    assert "no room for the receipts" in capsys.readouterr().err
    assert len(list(stick.iterdir())) == 1
    assert main(arguments) == 0
    assert "1 duplicate" in capsys.readouterr().out
    (receipts,) = stick.glob(f"*{RECEIPTS_SUFFIX}")
    post_of(desk).read_from(desk.office.actor, receipts)
    assert set(desk.states().values()) == {"applied"}
    assert len(arrived(receiver.store)) == 1


def test_every_code_of_the_folder_has_words_at_both_ends() -> None:
    codes = {code for code in SENTENCES if code.startswith("folder.")} - {"folder.inside"}
    assert codes <= set(COMMAND_SENTENCES)
