"""The status page: one small HTML page for whoever runs the receiver. No content, no scripts.

Devices that need somebody stand first; the words are those of status_words.py.
"""

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
from ministry_server.status_words import NAMES, Words, language_of

SILENT_MS = 3 * 24 * 3600 * 1000
"""A device that was not heard of for longer is pointed out."""
_LOOPBACK = ("127.0.0.1", "::1")
_LOCAL_NAMES = ("127.0.0.1", "::1", "localhost")
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")

_STYLE = """
:root { color-scheme: light dark; --ink: #1c2733; --dim: #5b6875; --line: #d5dce3;
        --paper: #fff; --panel: #f4f6f8; --bad: #b3261e; --warn: #8a5a00; --good: #1d6b3a; --link: #1558b0; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e9ee; --dim: #9aa7b4; --line: #35414d; --paper: #151b21;
          --panel: #1d252d; --bad: #ff8a80; --warn: #ffc766; --good: #7fd6a0;
          --link: #8ab8ff; } }
* { box-sizing: border-box; }
body { margin: 0; padding: 24px; background: var(--paper); color: var(--ink);
       font: 14px/1.45 "Segoe UI", system-ui, sans-serif; }
h1 { font-size: 20px; margin: 0 0 4px; } nav { float: right; } nav a { margin-left: 12px; }
a { color: var(--link); } a[aria-current] { color: var(--ink); font-weight: 600; text-decoration: none; }
h2 { font-size: 15px; margin: 28px 0 8px; }
p { margin: 0 0 16px; color: var(--dim); }
dl { display: flex; flex-wrap: wrap; gap: 8px; margin: 0; }
dl div { background: var(--panel); border-radius: 6px; padding: 8px 12px; flex: 1 1 104px;
         display: flex; flex-direction: column; justify-content: space-between; }
dt { color: var(--dim); font-size: 12px; } dd { margin: 0; font-size: 18px; }
dd, .n { font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: 6px 8px; border-bottom: 1px solid var(--line);
         white-space: nowrap; vertical-align: baseline; }
th { color: var(--dim); font-weight: 600; font-size: 12px; white-space: normal;
     vertical-align: bottom; }
thead tr:first-child:not(:last-child) th { border-bottom: 0; padding-bottom: 0; }
tbody tr:hover { background: var(--panel); }
.n { text-align: right; } .g { border-left: 1px solid var(--line); }
.why { white-space: normal; overflow-wrap: anywhere; } .reason { max-width: 220px; }
.scroll:focus-visible { outline: 2px solid var(--good); }
code { font: 12px/1.4 Consolas, "DejaVu Sans Mono", monospace; }
.bad { color: var(--bad); font-weight: 600; } .warn { color: var(--warn); font-weight: 600; }
.trouble td:first-child { box-shadow: inset 3px 0 var(--warn); }
.trouble.worse td:first-child { box-shadow: inset 3px 0 var(--bad); }
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


def wanted_language(request: Request) -> str:
    """The one named in the address, else the one that the browser prefers, else English."""
    accepted = request.headers.get("accept-language", "")
    return language_of(request.query_params.get("lang"), accepted)


def status_page(state: Overview, now: int, language: str) -> Response:
    """The page. `now` in UTC milliseconds."""
    page = _Page(state, now, Words(language))
    headers = {**_HEADERS, "Content-Language": language, "Vary": "Accept-Language"}
    return Response(page.html(), media_type="text/html", headers=headers)


def trouble(line: DeviceLine, now: int) -> int:
    """How much a device needs somebody: 0 for not at all, 1, or 2 for what must not be."""
    if line.revoked_at is not None:
        return 0
    if line.alarms or line.stages.get("rejected"):
        return 2
    silent = line.last_contact_at is not None and now - line.last_contact_at > SILENT_MS
    set_aside = line.stages.get("held") or line.stages.get("conflict")
    return int(bool(silent or set_aside or line.gaps or line.pending))


class _Page:
    """One state at one moment in one language."""

    def __init__(self, state: Overview, now: int, words: Words) -> None:
        self._state = state
        self._now = now
        self._w = words

    def html(self) -> str:
        w, state = self._w, self._state
        links = "".join(
            f'<a href="?lang={code}" lang="{code}" hreflang="{code}"'
            f"{_CURRENT if code == w.language else ''}>{name}</a>"
            for code, name in NAMES.items()
        )
        approval = w("with_approval" if state.approval else "by_code_alone")
        return f"""<!doctype html>
<html lang="{w.language}"><head><meta charset="utf-8"><title>{w("title")}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head>
<body><nav aria-label="{w("languages")}">{links}</nav><h1>{w("title")}</h1>
<p>{_time(self._now)} UTC · {w("epoch")} <code>{escape(state.epoch)}</code></p>
<dl>{self._tiles()}</dl>
<h2>{w("devices")}</h2>{self._devices()}
<h2>{w("alarms")}</h2>{self._alarms()}
<h2>{w("codes")}</h2>{self._codes()}
<p>{approval}</p>
</body></html>"""

    def _tiles(self) -> str:
        state = self._state
        tally = state.tally
        if tally is None:
            records = [
                ("records", state.records, ""),
                ("records_in_conflict", state.conflicts, "warn"),
            ]
        else:
            records = [
                ("calls", tally.calls, ""),
                ("cases", tally.cases, ""),
                ("calls_in_conflict", tally.calls_in_conflict, "warn"),
                ("cases_in_conflict", tally.cases_in_conflict, "warn"),
            ]
        tiles = (
            ("enrolled", self._in_state(DeviceState.ENROLLED), ""),
            ("to_approve", self._in_state(DeviceState.PENDING), "warn"),
            *records,
            ("alarms", sum(sum(d.alarms.values()) for d in state.devices), "bad"),
            ("not_opened", state.not_opened, "warn"),
            ("receipts", state.server_seq, ""),
            ("durable", state.durable_through, ""),
        )
        return "".join(
            f'<div><dt>{self._w(name)}</dt><dd class="{kind if value else ""}">{value}</dd></div>'
            for name, value, kind in tiles
        )

    def _in_state(self, wanted: DeviceState) -> int:
        return sum(line.state is wanted for line in self._state.devices)

    def _devices(self) -> str:
        w, lines = self._w, self._state.devices
        if not lines:
            return f"<p>{w('no_device')}</p>"
        in_order = sorted(
            lines, key=lambda d: (-trouble(d, self._now), d.revoked_at is not None, d.office)
        )
        needing = sum(trouble(line, self._now) > 0 for line in lines)
        said = w("in_trouble", n=needing) if needing else w("all_well")
        rows = "".join(self._device(line) for line in in_order)
        return f"<p>{said}</p>" + _table(w("devices"), self._heads(), rows)

    def _heads(self) -> str:
        w = self._w
        return f"""
<tr><th colspan="4"><th class="g" colspan="3">{w("numbers")}<th class="g" colspan="2">{w("waiting_there")}
<th class="g" colspan="3">{w("set_aside")}<th class="g" colspan="2">{w("alarms")}</tr>
<tr><th>{w("office")}<th>{w("device")}<th>{w("last_contact")}<th>{w("version")}
<th class="n g">{w("highest")}<th class="n">{w("received")}<th class="n">{w("gaps")}
<th class="n g">{w("how_many")}<th>{w("oldest")}
<th class="n g">{w("held")}<th class="n">{w("rejected")}<th class="n">{w("conflict")}
<th class="n g">{w("mismatch")}<th class="n">{w("audit")}</tr>"""

    def _device(self, line: DeviceLine) -> str:
        w = self._w
        revoked = line.state is DeviceState.REVOKED
        mark = ""
        if revoked:
            mark = f'<br><span class="bad">{w("revoked")}</span>'
            if line.reason:
                mark += f'<div class="dim why reason">{escape(line.reason)}</div>'
        elif line.state is DeviceState.PENDING:
            mark = f'<br><span class="warn">{w("pending")}</span>'
        needs = trouble(line, self._now)
        kind = "gone" if revoked else ("", "trouble", "trouble worse")[needs]
        waiting = "" if line.waiting is None else str(line.waiting)
        return (
            f'<tr class="{kind}">'
            f"<td>{escape(line.office)}<td><code>{escape(line.dev)}</code>{mark}"
            f"<td>{self._contact(line)}<td>{escape(line.app_version)}"
            f'<td class="n g">{line.highest_seq}<td class="n">{line.received}'
            f"{_number(line.gaps, 'warn')}"
            f'<td class="n g">{waiting}<td>{self._oldest(line)}'
            f"{_number(line.stages.get('held', 0), 'warn', 'g')}"
            f"{_number(line.stages.get('rejected', 0), 'bad')}"
            f"{_number(line.stages.get('conflict', 0), 'warn')}"
            f"{_number(line.alarms.get('mismatch', 0), 'bad', 'g')}"
            f"{_number(line.alarms.get('audit', 0), 'bad')}</tr>"
        )

    def _contact(self, line: DeviceLine) -> str:
        if line.last_contact_at is None:
            return f'<span class="dim">{self._w("never")}</span>'
        shown = age(line.last_contact_at, self._now, self._w.of_ages)
        if line.last_contact_at <= self._now:
            shown = self._w("ago", age=shown)
        silent = line.revoked_at is None and self._now - line.last_contact_at > SILENT_MS
        return f'<span class="warn">{shown}, {self._w("silent")}</span>' if silent else shown

    def _oldest(self, line: DeviceLine) -> str:
        if not line.waiting or line.oldest_at is None:
            return ""
        return age(line.oldest_at, self._now, self._w.of_ages)

    def _alarms(self) -> str:
        w, lines = self._w, self._state.alarms
        if not lines:
            return f'<p class="good">{w("none")}</p>'
        rows = "".join(self._alarm(line) for line in lines)
        heads = f"<tr><th>{w('when')}<th>{w('device')}<th>{w('what')}</tr>"
        return _table(w("alarms"), heads, rows)

    def _alarm(self, line: AlarmLine) -> str:
        mark = line.mark.removeprefix(f"{line.kind} {line.dev} ")
        kind = self._w(line.kind) if line.kind in _ALARMS else line.kind
        meaning = self._w(f"alarm_{line.kind}") if line.kind in _ALARMS else ""
        return (
            f"<tr><td>{_time(line.at)}<td><code>{escape(line.dev)}</code>"
            f'<td class="why"><span class="bad">{escape(kind)}</span>: {meaning}<br>'
            f'<code class="dim">{escape(mark)}</code>'
        )

    def _codes(self) -> str:
        w, lines = self._w, self._state.codes
        if not lines:
            return f"<p>{w('none')}</p>"
        rows = "".join(self._code(line) for line in lines)
        heads = f"<tr><th>{w('office')}<th>{w('code_id')}<th>{w('made')}<th>{w('good_until')}</tr>"
        return _table(w("codes"), heads, rows)

    def _code(self, line: CodeLine) -> str:
        return (
            f"<tr><td>{escape(line.office)}<td><code>{escape(line.code_id)}</code>"
            f"<td>{_time(line.created_at)}<td>{_time(line.expires_at)}"
        )


_ALARMS = ("mismatch", "audit")
_CURRENT = ' aria-current="true"'


def _table(name: str, heads: str, rows: str) -> str:
    """A table that can be scrolled sideways, by keys too."""
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{name}">'
        f"<table><thead>{heads}</thead><tbody>{rows}</tbody></table></div>"
    )


def _number(value: int, kind: str, group: str = "") -> str:
    return f'<td class="n {group} {kind if value else "dim"}">{value}'


def _time(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M")
