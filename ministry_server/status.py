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

from ministry_server.overview import AlarmLine, DeviceLine, Overview

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
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 6px 10px; border-bottom: 1px solid var(--line);
         white-space: nowrap; }
th { color: var(--dim); font-weight: 600; font-size: 12px; }
.n { text-align: right; } code { font: 12px/1 Consolas, "DejaVu Sans Mono", monospace; }
.bad { color: var(--bad); font-weight: 600; } .warn { color: var(--warn); font-weight: 600; }
.good { color: var(--good); } .dim { color: var(--dim); }
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
    """From this machine itself, or with the token of the data folder.

    A request that came through a proxy on this machine is not from this machine; and a page of
    another site must not read ours under a name of its own (DNS rebinding).
    """
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and hmac.compare_digest(given.encode(), token.encode()):
        return True
    host = urlsplit(f"//{request.headers.get('host', '')}").hostname
    return (
        request.client is not None
        and request.client.host in _LOOPBACK
        and host in _LOCAL_NAMES
        and not any(name in request.headers for name in _FORWARDED)
    )


def status_page(state: Overview, now: int) -> Response:
    """The page. `now` in UTC milliseconds."""
    figures = {
        "Devices": len([d for d in state.devices if d.revoked_at is None]),
        "Records": state.records,
        "Records in conflict": state.conflicts,
        "Not opened yet": state.not_opened,
        "Receipts signed": state.server_seq,
        "In a verified backup up to": state.durable_through,
    }
    tiles = "".join(f"<div><dt>{k}</dt><dd>{v}</dd></div>" for k, v in figures.items())
    html = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>117 receiver</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head>
<body><h1>117 receiver</h1>
<p>{_time(now)} UTC, epoch <code>{escape(state.epoch)}</code></p>
<dl>{tiles}</dl>
<h2>Devices</h2>{_devices(state.devices, now)}
<h2>Alarms</h2>{_alarms(state.alarms)}
</body></html>"""
    return Response(html, media_type="text/html", headers=_HEADERS)


def _devices(lines: list[DeviceLine], now: int) -> str:
    if not lines:
        return "<p>No device is enrolled yet.</p>"
    heads = (
        "<th>Office<th>Device<th>Last contact<th>App"
        '<th class="n">Highest no.<th class="n">Received<th class="n">Gaps'
        '<th class="n">Waiting there<th>Oldest waiting'
        '<th class="n">Held<th class="n">Rejected<th class="n">Conflicts'
        '<th class="n">Mismatches<th class="n">Audit alarms'
    )
    rows = "".join(_device(line, now) for line in lines)
    return f'<div class="scroll"><table><tr>{heads}</tr>{rows}</table></div>'


def _device(line: DeviceLine, now: int) -> str:
    revoked = ' <span class="bad">revoked</span>' if line.revoked_at is not None else ""
    waiting = "" if line.waiting is None else str(line.waiting)
    return (
        f"<tr><td>{escape(line.office)}<td><code>{escape(line.dev)}</code>{revoked}"
        f"<td>{_age(line.last_contact_at, now)}<td>{escape(line.app_version)}"
        f'<td class="n">{line.highest_seq}<td class="n">{line.received}'
        f"{_number(line.gaps, 'warn')}"
        f'<td class="n">{waiting}<td>{_age(line.oldest_at, now)}'
        f"{_number(line.stages.get('held', 0), 'warn')}"
        f"{_number(line.stages.get('rejected', 0), 'bad')}"
        f"{_number(line.stages.get('conflict', 0), 'warn')}"
        f"{_number(line.alarms.get('mismatch', 0), 'bad')}"
        f"{_number(line.alarms.get('audit', 0), 'bad')}</tr>"
    )


def _alarms(lines: list[AlarmLine]) -> str:
    if not lines:
        return '<p class="good">None.</p>'
    rows = "".join(
        f'<tr><td>{_time(a.at)}<td class="bad">{escape(a.kind)}<td><code>{escape(a.dev)}</code>'
        f"<td><code>{escape(a.mark)}</code></tr>"
        for a in lines
    )
    return (
        '<div class="scroll"><table><tr><th>When (UTC)<th>What<th>Device<th>Mark</tr>'
        f"{rows}</table></div>"
    )


def _number(value: int, kind: str) -> str:
    return f'<td class="n {kind if value else "dim"}">{value}'


def _time(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M")


def _age(ms: int | None, now: int) -> str:
    """How long ago. A device's clock may be anything, so the age may be, too."""
    if ms is None:
        return '<span class="dim">never</span>'
    minutes = (now - ms) // 60_000
    if minutes < 0:
        return "clock ahead"
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} days"
