"""Files of editors, read into entries of a feed: JSON, HSDS, a folder of articles."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NoReturn

from ministry_server.feeds import entries_of
from operator_app.domain.articles import read_article
from operator_app.domain.feed_pages import MOST_FEED_BYTES
from operator_app.domain.feeds import ARTICLES, DIRECTORY, MOST_BODY_BYTES, FeedEntry, entry_body
from operator_app.domain.hsds import read_hsds
from operator_app.errors import BadInput, Fault


def read_feed_file(feed: str, file: Path) -> list[FeedEntry]:
    """The entries of a file: a JSON list of bodies as `domain/feeds.py` describes them.

    The directory may also come as HSDS (JSON, zip or CSV), the articles as a folder of *.md.
    Raises BadInput with every fault, and OSError.
    """
    if feed == ARTICLES and file.is_dir():
        return _articles(file)
    if file.stat().st_size > MOST_FEED_BYTES:
        _refuse("feed.too_large")
    data = file.read_bytes()
    bodies = _json(data) if file.suffix.lower() == ".json" else None
    if feed == DIRECTORY and not _are_ours(bodies):
        services = read_hsds(data, file.name).services
        return entries_of(feed, [entry_body(service) for service in services])
    if not isinstance(bodies, list):
        _refuse("feed.not_a_list")
    return entries_of(feed, bodies)


def _are_ours(bodies: Any) -> bool:
    return isinstance(bodies, list) and all(
        isinstance(body, dict) and "service_id" in body for body in bodies
    )


def _articles(folder: Path) -> list[FeedEntry]:
    faults: list[Fault] = []
    articles = []
    for file in sorted(folder.glob("*.md")):
        try:
            if file.stat().st_size > MOST_BODY_BYTES:
                raise BadInput("feed.faults", [Fault("file", "feed.too_large")])
            articles.append(read_article(file.read_text(encoding="utf-8")))
        except BadInput as error:
            faults += [
                Fault(f"{file.name}: {f.where}", f.code, f.params, f.line) for f in error.faults
            ]
        except UnicodeDecodeError:
            faults.append(Fault(file.name, "feed.not_utf8"))
    if faults:
        raise BadInput("feed.faults", faults)
    return entries_of(ARTICLES, [entry_body(article) for article in articles])


def _json(data: bytes) -> Any:
    try:
        return json.loads(data.decode("utf-8-sig"), parse_constant=_no_number)
    except UnicodeDecodeError:
        _refuse("feed.not_utf8")
    except json.JSONDecodeError as error:
        _refuse("feed.not_json", error.lineno)
    except (ValueError, RecursionError):
        _refuse("feed.not_json")


def _no_number(_text: str) -> NoReturn:
    raise ValueError("no number of JSON")


def _refuse(code: str, line: int | None = None) -> NoReturn:
    raise BadInput("feed.faults", [Fault("file", code, line=line)])
