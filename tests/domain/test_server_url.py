"""Which addresses are taken for the ministry's server."""

from __future__ import annotations

import pytest

from operator_app.domain.server_url import read_server_url


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://117.example.kg", "https://117.example.kg"),
        ("  https://117.example.kg:8443/r1/ ", "https://117.example.kg:8443/r1"),
        ("https://192.0.2.7", "https://192.0.2.7"),
        ("http://127.0.0.1:8117", "http://127.0.0.1:8117"),
        ("http://localhost", "http://localhost"),
        ("http://[::1]:8117/", "http://[::1]:8117"),
    ],
)
def test_taken(text: str, url: str) -> None:
    assert read_server_url(text) == url


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://",
        "117.example.kg",
        "ftp://117.example.kg",
        "http://117.example.kg",
        "http://localhost.example.kg",
        "https://a:b",
        "https://117.example.kg:0",
        "https://117.example.kg:99999",
        "https://user@117.example.kg",
        "https://:word@117.example.kg",
        "https://117.example.kg?x=1",
        "https://117.example.kg/#x",
        "https://117.example.kg/a b",
        "https://117.example.kg/\nx",
        "https://117.examplе.kg",  # a Cyrillic letter in the name
        "https://-example.kg",
        "https://[::1",
    ],
)
def test_refused(text: str) -> None:
    assert read_server_url(text) is None
