"""The status page: one small HTML page for whoever runs the receiver. No content, no scripts."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from html import escape
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from ministry_server.admission import CodeLine
from ministry_server.ages import age
from ministry_server.overview import AlarmLine, DeviceLine, DeviceState, Overview

SILENT_MS = 3 * 24 * 3600 * 1000
"""A device that was not heard of for longer is pointed out."""
_LOOPBACK = ("127.0.0.1", "::1")
_LOCAL_NAMES = ("127.0.0.1", "::1", "localhost")
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")

_STYLE = """
:root { color-scheme: light dark; --ink: #1c2733; --dim: #5b6875; --line: #d5dce3;
        --paper: #fff; --panel: #f4f6f8; --bad: #b3261e; --warn: #8a5a00; --good: #1d6b3a; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e9ee; --dim: #9aa7b4; --line: #35414d; --paper: #151b21;
          --panel: #1d252d; --bad: #ff8a80; --warn: #ffc766; --good: #7fd6a0; } }
* { box-sizing: border-box; }
body { margin: 0; padding: 24px; background: var(--paper); color: var(--ink);
       font: 14px/1.45 "Segoe UI", system-ui, sans-serif; }
h1 { font-size: 20px; margin: 0 0 4px; } h2 { font-size: 15px; margin: 28px 0 8px; }
p { margin: 0 0 16px; color: var(--dim); }
dl { display: flex; flex-wrap: wrap; gap: 8px; margin: 0; }
dl div { background: var(--panel); border-radius: 6px; padding: 8px 14px; min-width: 110px; }
dt { color: var(--dim); font-size: 12px; } dd { margin: 0; font-size: 18px; }
dd, .n { font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: 6px 8px; border-bottom: 1px solid var(--line);
         white-space: nowrap; vertical-align: baseline; }
th { color: var(--dim); font-weight: 600; font-size: 12px; }
thead tr:first-child:not(:last-child) th { border-bottom: 0; padding-bottom: 0; }
tbody tr:hover { background: var(--panel); }
.n { text-align: right; } .g { border-left: 1px solid var(--line); }
.why { white-space: normal; overflow-wrap: anywhere; } .reason { max-width: 220px; }
.scroll:focus-visible { outline: 2px solid var(--good); }
code { font: 12px/1.4 Consolas, "DejaVu Sans Mono", monospace; }
.bad { color: var(--bad); font-weight: 600; } .warn { color: var(--warn); font-weight: 600; }
.good { color: var(--good); } .dim { color: var(--dim); } .gone code { color: var(--dim); }
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def may_see(request: Request, token: str) -> bool:
    """From this machine itself, or with the token of the data folder."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and hmac.compare_digest(given.encode(), token.encode()):
        return True
    return from_here(request)


def from_here(request: Request) -> bool:
    """From this machine itself.

    A request that came through a proxy on this machine is not from this machine; and a page of
    another site must not read ours under a name of its own (DNS rebinding).
    """
    host = urlsplit(f"//{request.headers.get('host', '')}").hostname
    return (
        request.client is not None
        and request.client.host in _LOOPBACK
        and host in _LOCAL_NAMES
        and not any(name in request.headers for name in _FORWARDED)
    )


def status_page(state: Overview, now: int) -> Response:
    """The page. `now` in UTC milliseconds."""
    tiles = "".join(
        f'<div><dt>{name}</dt><dd class="{kind if value else ""}">{value}</dd></div>'
        for name, value, kind in (
            ("Devices", _in_state(state, DeviceState.ENROLLED), ""),
            ("Waiting for approval", _in_state(state, DeviceState.PENDING), "warn"),
            *_record_tiles(state),
            ("Alarms", sum(sum(d.alarms.values()) for d in state.devices), "bad"),
            ("Not opened yet", state.not_opened, "warn"),
            ("Receipts signed", state.server_seq, ""),
            ("In a verified backup up to", state.durable_through, ""),
        )
    )
    html = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>117 receiver</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head>
<body><h1>117 receiver</h1>
<p>{_time(now)} UTC · epoch <code>{escape(state.epoch)}</code></p>
<dl>{tiles}</dl>
<h2>Devices</h2>{_devices(state.devices, now)}
<h2>Alarms</h2>{_alarms(state.alarms)}
<h2>Unused enrolment codes</h2>{_codes(state.codes)}
<p>New devices {"wait for approval" if state.approval else "are let in by their code alone"}.</p>
</body></html>"""
    return Response(html, media_type="text/html", headers=_HEADERS)


def _in_state(state: Overview, wanted: DeviceState) -> int:
    return sum(line.state is wanted for line in state.devices)


def _record_tiles(state: Overview) -> tuple[tuple[str, int, str], ...]:
    tally = state.tally
    if tally is None:
        return ("Records", state.records, ""), ("Records in conflict", state.conflicts, "warn")
    return (
        ("Calls", tally.calls, ""),
        ("Cases", tally.cases, ""),
        ("Calls in conflict", tally.calls_in_conflict, "warn"),
        ("Cases in conflict", tally.cases_in_conflict, "warn"),
    )


def _devices(lines: list[DeviceLine], now: int) -> str:
    if not lines:
        return "<p>No device is enrolled yet.</p>"
    rows = "".join(_device(line, now) for line in lines)
    return _table("Devices", _HEADS, rows)


_HEADS = """
<tr><th colspan="4"><th class="g" colspan="3">Numbers<th class="g" colspan="2">Waiting on the PC
<th class="g" colspan="3">Set aside here<th class="g" colspan="2">Alarms</tr>
<tr><th>Office<th>Device<th>Last contact<th>Version
<th class="n g">Highest<th class="n">Received<th class="n">Gaps<th class="n g">How many<th>Oldest
<th class="n g">Held<th class="n">Rejected<th class="n">Conflict
<th class="n g">Mismatch<th class="n">Audit</tr>"""


def _device(line: DeviceLine, now: int) -> str:
    revoked = line.state is DeviceState.REVOKED
    mark = ""
    if revoked:
        mark = '<br><span class="bad">revoked</span>'
        if line.reason:
            mark += f'<div class="dim why reason">{escape(line.reason)}</div>'
    elif line.state is DeviceState.PENDING:
        mark = '<br><span class="warn">waits for approval</span>'
    waiting = "" if line.waiting is None else str(line.waiting)
    last = '<span class="dim">never</span>'
    if line.last_contact_at is not None:
        silent = not revoked and now - line.last_contact_at > SILENT_MS
        last = f'<span class="{"warn" if silent else ""}">'
        last += f"{_ago(line.last_contact_at, now)}</span>"
    return (
        f'<tr class="{"gone" if revoked else ""}">'
        f"<td>{escape(line.office)}<td><code>{escape(line.dev)}</code>{mark}"
        f"<td>{last}<td>{escape(line.app_version)}"
        f'<td class="n g">{line.highest_seq}<td class="n">{line.received}'
        f"{_number(line.gaps, 'warn')}"
        f'<td class="n g">{waiting}<td>{_oldest(line, now)}'
        f"{_number(line.stages.get('held', 0), 'warn', 'g')}"
        f"{_number(line.stages.get('rejected', 0), 'bad')}"
        f"{_number(line.stages.get('conflict', 0), 'warn')}"
        f"{_number(line.alarms.get('mismatch', 0), 'bad', 'g')}"
        f"{_number(line.alarms.get('audit', 0), 'bad')}</tr>"
    )


_MEANING = {
    "mismatch": "an id or a number came again with other content; it was not applied",
    "audit": "the record of actions on that PC is not the one it told of before",
}


def _alarms(lines: list[AlarmLine]) -> str:
    if not lines:
        return '<p class="good">None.</p>'
    rows = "".join(
        f"<tr><td>{_time(a.at)}<td><code>{escape(a.dev)}</code>"
        f'<td class="why"><span class="bad">{escape(a.kind)}</span>: {_MEANING.get(a.kind, "")}<br>'
        f'<code class="dim">{escape(a.mark.removeprefix(f"{a.kind} {a.dev} "))}</code>'
        for a in lines
    )
    return _table("Alarms", "<tr><th>When (UTC)<th>Device<th>What</tr>", rows)


def _codes(lines: list[CodeLine]) -> str:
    if not lines:
        return "<p>None.</p>"
    rows = "".join(
        f"<tr><td>{escape(line.office)}<td><code>{escape(line.code_id)}</code>"
        f"<td>{_time(line.created_at)}<td>{_time(line.expires_at)}"
        for line in lines
    )
    heads = "<tr><th>Office<th>Id<th>Made (UTC)<th>Good until (UTC)</tr>"
    return _table("Unused enrolment codes", heads, rows)


def _table(name: str, heads: str, rows: str) -> str:
    """A table that can be scrolled sideways, by keys too."""
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{name}">'
        f"<table><thead>{heads}</thead><tbody>{rows}</tbody></table></div>"
    )


def _oldest(line: DeviceLine, now: int) -> str:
    return age(line.oldest_at, now) if line.waiting and line.oldest_at is not None else ""


def _ago(ms: int, now: int) -> str:
    shown = age(ms, now)
    return shown if ms > now else f"{shown} ago"


def _number(value: int, kind: str, group: str = "") -> str:
    return f'<td class="n {group} {kind if value else "dim"}">{value}'


def _time(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M")
