"""The real carrier; a test may change pages before the server's own key signs them, or answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from operator_app.domain.feed_pages import PURPOSE, digest_of
from operator_app.domain.feeds import FeedEntry
from operator_app.sync.carriers.base import Answer
from operator_app.sync.receipts import sign
from tests.receiver import RunningReceiver
from tests.sync.desk import quick_https

FEED = "/sync/v1/feed/"
Page = dict[str, Any]


class Meddler:
    """`page` changes a page before it is signed, `answer` takes the place of a whole answer,
    `hello` changes the versions that the greeting tells. `asked` holds (path, etag) of the
    pages asked for, `posted` the paths of the other requests but greetings."""

    name = "https"

    def __init__(self, receiver: RunningReceiver) -> None:
        self._receiver = receiver
        self._carrier = quick_https(receiver.url)
        self.asked: list[tuple[str, str]] = []
        self.posted: list[str] = []
        self.page: Callable[[Page], Page] | None = None
        self.answer: Callable[[str, Answer], Answer] | None = None
        self.hello: Callable[[dict[str, int]], Any] | None = None

    def exchange(self, method: str, path: str, body: bytes = b"", *, etag: str = "") -> Answer:
        if path.startswith(FEED):
            self.asked.append((path.removeprefix(FEED), etag))
        elif method == "POST":
            self.posted.append(path)
        answer = self._carrier.exchange(method, path, body, etag=etag)
        if path.startswith("/sync/v1/hello") and self.hello is not None:
            said = self._unsigned(answer)
            return self.signed({**said, "feeds": self.hello(said["feeds"])}, "hello")
        if not path.startswith(FEED):
            return answer
        if self.page is not None and answer.status == 200:
            answer = self.signed(self.page(self._unsigned(answer)))
        return answer if self.answer is None else self.answer(path, answer)

    def close(self) -> None:
        self._carrier.close()

    def signed(
        self, message: Page, purpose: str = PURPOSE, key: Ed25519PrivateKey | None = None
    ) -> Answer:
        """An answer with the server's signature, or another's."""
        key = key or self._receiver.receiver.keys.receipt_key
        return Answer(200, {}, json.dumps(sign(message, key, purpose=purpose)).encode())

    def _unsigned(self, answer: Answer) -> Page:
        said: Page = json.loads(answer.body)
        del said["sig"]
        return said


def holding(page: Page, *entries: tuple[str, Any], **changes: Any) -> Page:
    """The page with other entries, in itself right: total and digest fit."""
    found = [FeedEntry(entry_id, body) for entry_id, body in entries]
    return {
        **page,
        "page": 1,
        "pages": 1,
        "entries": [{"id": e.entry_id, "body": e.body} for e in found],
        "total": len(found),
        "digest": digest_of(found),
        **changes,
    }
