"""The ministry's end for demonstrations: its own process on loopback."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

from ministry_server.clock import now_ms, system_clock
from ministry_server.overview import overview
from ministry_server.store import open_store

ROOT = Path(__file__).resolve().parent.parent


class Receiver:
    """The ministry's end, as its own process on loopback; may be stopped and started again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._run("init")
        self._port = 0
        self._process: subprocess.Popen[str] | None = None
        self.start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Serve; the second time on the port of the first."""
        command = self._command("serve", "--port", str(self._port))
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        line = self._process.stdout.readline() if self._process.stdout else ""
        if "Listening on " not in line:
            raise RuntimeError("the receiver did not start")
        self._port = int(line.split(" as ")[0].rsplit(":", 1)[1])

    def stop(self) -> None:
        """The line is cut: nothing answers any more."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(20)
            if self._process.stdout is not None:
                self._process.stdout.close()
            self._process = None

    def new_code(self) -> str:
        """What the ministry gives an office to enrol with."""
        return self._run("code", "0412").strip()

    def records(self) -> str:
        """What it holds, in figures, as its operators see it."""
        return self._run("records").strip()

    def alarms(self) -> Counter[str]:
        """How many of each kind it raised."""
        store = open_store(self._folder, None)
        try:
            devices = overview(store, None, now_ms(system_clock)).devices
            return sum((Counter(line.alarms) for line in devices), Counter())
        finally:
            store.close()

    def figures(self, first: date, last: date) -> dict[tuple[str, ...], int]:
        """All figures from day to day, as an analyst of the ministry asks for them over HTTP."""
        secret = self._run("token", "add", "--role", "analyst", "--name", "demo").splitlines()[1]
        url = f"{self.url}/statistics/v1/figures?from={first}&to={last}"
        asking = urllib.request.Request(url, headers={"Authorization": f"Bearer {secret}"})
        with urllib.request.urlopen(asking, timeout=20) as answer:
            rows = json.load(answer)["rows"]
        return {(row["indicator"], *row["keys"]): row["value"] for row in rows}

    def publish(self, feed: str, file: Path) -> None:
        """Publish a file, or a folder of articles, for all offices."""
        self._run("publish", feed, str(file))

    def suggestions(self) -> list[dict[str, Any]]:
        """The corrections that offices suggested."""
        found: list[dict[str, Any]] = json.loads(self._run("suggestions", "--json"))
        return found

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(
            self._command(*arguments), cwd=ROOT, capture_output=True, text=True, check=True
        )
        return done.stdout

    def _command(self, name: str, *rest: str) -> list[str]:
        return [
            sys.executable, "-m", "ministry_server", name, *rest, "--data", str(self._folder),
        ]  # fmt: skip
