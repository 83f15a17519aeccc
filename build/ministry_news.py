"""What the ministry of the demo publishes, written into files as its editors would have them.

The article is the delivered one with one more sentence; service, announcement and topic are
invented.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from build.receiver_process import Receiver

RESOURCES = Path(__file__).resolve().parent.parent / "resources"
SERVICE_ID = "demo-day-centre"
SERVICE_NAME = "Примерный дневной центр «Ромашка»"
ARTICLE_ID = "legal-aid.ky"
ANNOUNCEMENT_ID = "demo-new-form"
TOPIC = "FAM.FIR"
FIRST_WORDS = "Паспортуңузду ала келиңиз."
LATER_WORDS = "Паспортуңузду жана балдардын туулгандыгы тууралуу күбөлүгүн ала келиңиз."
FEEDS = ("announcements", "articles", "codes", "directory")


class MinistryNews:
    """Publishes by the command that the ministry's editors use."""

    def __init__(self, receiver: Receiver, folder: Path) -> None:
        self._receiver = receiver
        self._folder = folder
        self._folder.mkdir()

    def publish_all(self, today: date) -> None:
        """Before the office opens: the directory with one more service, an article, an
        announcement that has to be confirmed, a topic."""
        self._receiver.publish("directory", RESOURCES / "directory" / "services.json")
        self._receiver.publish("directory", self._file("service", [_service(today)]))
        self.publish_article(FIRST_WORDS)
        self._receiver.publish("announcements", self._file("announcement", [_announcement(today)]))
        self._receiver.publish("codes", self._file("topic", [_topic()]))

    def publish_article(self, words: str) -> None:
        """The delivered article on legal aid, with these words at its end."""
        delivered = RESOURCES / "articles" / f"{ARTICLE_ID}.md"
        folder = self._folder / "articles"
        folder.mkdir(exist_ok=True)
        text = delivered.read_text(encoding="utf-8") + f"\n{words}\n"
        (folder / delivered.name).write_text(text, encoding="utf-8")
        self._receiver.publish("articles", folder)

    def suggestions(self) -> list[dict[str, Any]]:
        """The corrections that offices suggested, as the editors list them."""
        return self._receiver.suggestions()

    def _file(self, name: str, bodies: list[dict[str, Any]]) -> Path:
        file = self._folder / f"{name}.json"
        file.write_text(json.dumps(bodies, ensure_ascii=False), encoding="utf-8")
        return file


def _service(today: date) -> dict[str, Any]:
    return {
        "service_id": SERVICE_ID,
        "names": {"ru": SERVICE_NAME, "ky": "«Ромашка» үлгү күндүзгү борбору"},
        "organization_id": "demo-organisation",
        "organization_names": {"ru": "Примерное управление", "ky": "Үлгү башкармалык"},
        "topics": ["DIS.REH"],
        "descriptions": {"ru": "Выдуманная служба: показывает, как приходит новая запись."},
        "hours": [{"days": [0, 1, 2, 3, 4], "opens": "09:00", "closes": "18:00"}],
        "places": [{"place_id": "demo-place", "division": "41708203000000"}],
        "assured_on": today.isoformat(),
        "source": "demo",
    }


def _announcement(today: date) -> dict[str, Any]:
    return {
        "announcement_id": ANNOUNCEMENT_ID,
        "published_on": today.isoformat(),
        "titles": {"ru": "Пример объявления", "ky": "Жарыянын үлгүсү"},
        "texts": {"ru": "В справке об алиментах и адвокатах добавлено, что взять с собой."},
        "important": True,
    }


def _topic() -> dict[str, Any]:
    return {
        "list_name": "topic_l2",
        "code": TOPIC,
        "labels": {"ru": "Пример: пожар", "ky": "Үлгү: өрт", "en": "Example: fire"},
        "order": 990,
    }
