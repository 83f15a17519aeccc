"""Every screen, drawn in one language after the other for the temporary office.

A screen fails the check when it is empty, when anything in it raised an error, when the program
wanted to tell of one, or when Qt complained.
"""

from __future__ import annotations

import gc
import logging
import time
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEventLoop, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QImage, QImageReader, QPixmap
from PySide6.QtWidgets import QApplication, QStackedWidget, QTabWidget, QWidget

from operator_app.app import Application
from operator_app.config import paths
from operator_app.db.keyring import KdfCost
from operator_app.domain.calls import Advice, CallForm
from operator_app.domain.clock import to_ms
from operator_app.self_check.bench import LOGIN, PASSWORD, Bench, CheckFailed, expect
from operator_app.self_check.counted_tasks import CountedTasks
from operator_app.self_check.quiet_dialogs import QuietDialogs
from operator_app.services.call_drafts import Draft
from operator_app.services.case_list import CaseFilter, CaseList
from operator_app.services.sign_in import SignIn
from operator_app.ui import theme

PATIENCE_SECONDS = 60.0
QUIET_ROUNDS = 3
PIXELS = (1366, 768)
LEAST_COLOURS = 6
"""An empty page has one or two; letters alone bring more, by their smooth edges."""
ROLES_IN = "ky"
"""The other roles have fewer of the same screens: once is enough."""
HARMLESS = "propagateSizeHints"
"""What Qt says of the platform without a screen."""
SERVICE, ARTICLE = Advice("service", "ministry-1966", ""), Advice("article", "uy-bulogo-komok", "")


_application: QApplication | None = None


def make_application() -> None:
    """Qt's one application; it outlives its windows."""
    global _application  # noqa: PLW0603 - Qt has one per process
    if QApplication.instance() is None:
        # The collector must not run on a worker thread (operator_app/ui/garbage.py).
        gc.disable()
        _application = QApplication(["117-operator"])


def pictures(bench: Bench) -> str:
    """Qt reads the formats that the screens use: its plugins are there."""
    known = {bytes(name.data()).decode() for name in QImageReader.supportedImageFormats()}
    for wanted in ("svg", "png", "ico"):
        expect(wanted in known, "self_check.no_plugin", found=wanted)
    drawn = QPixmap(str(bench.paths.resources / "icons" / "tick-light.svg"))
    expect(not drawn.isNull(), "self_check.no_plugin", found="svg")
    return ", ".join(sorted(known))


def screens(bench: Bench, language: str) -> str:
    """All screens in that language; how many there were."""
    qt = QApplication.instance()
    if not isinstance(qt, QApplication):
        raise CheckFailed("self_check.no_window")
    with _Watch() as watch:
        tour = _Tour(qt, bench, language, watch)
        try:
            tour.doors()
            tour.desks()
        finally:
            tour.close()
        watch.judge("")
    return str(tour.count)


class _Watch(logging.Handler):
    """Hears what the program and Qt complain of."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self._heard: list[str] = []
        self.dialogs = QuietDialogs()

    def __enter__(self) -> _Watch:
        logging.getLogger("operator_app").addHandler(self)
        qInstallMessageHandler(self._on_message)
        return self

    def __exit__(self, *_error: object) -> None:
        qInstallMessageHandler(None)
        logging.getLogger("operator_app").removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        self._heard.append(record.name)

    def judge(self, screen: str) -> None:
        """Raise CheckFailed if there was a complaint since the last time."""
        heard, self._heard = self._heard + self.dialogs.told, []
        self.dialogs.told = []
        if heard:
            raise CheckFailed("self_check.screen_failed", screen=screen, found=heard[0])

    def _on_message(self, kind: QtMsgType, _context: object, message: str) -> None:
        grave = kind not in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg)
        if grave and HARMLESS not in message:
            logging.getLogger("operator_app.qt").error("%s", message)


class _Tour:
    """Goes through the windows of one language."""

    def __init__(self, qt: QApplication, bench: Bench, language: str, watch: _Watch) -> None:
        self._qt = qt
        self._bench = bench
        self._language = language
        self._watch = watch
        self._app: Application | None = None
        self.count = 0

    def doors(self) -> None:
        """What is seen before anybody signed in: a new PC, and the office's own."""
        new = self._started(self._bench.paths.data / "new-pc")
        self._stacks("set-up", self._window(new))
        self.close()
        app = self._started(self._bench.paths.data)
        self._stacks("sign-in", self._window(app))
        self._window(app).restore_asked.emit()  # type: ignore[attr-defined]
        self._stacks("restore", self._window(app))
        self.close()

    def desks(self) -> None:
        """The places of a supervisor, and what opens from them; in one language, of every role."""
        app = self._started(self._bench.paths.data)
        database, actor = SignIn(app.paths, self._bench.clock).open(LOGIN, PASSWORD)
        sign_in = self._window(app)
        sign_in.signed_in.emit(database, actor)  # type: ignore[attr-defined]
        self._opened(app)
        self._places(app, actor.role.value)
        others = self._bench.people.items() if self._language == ROLES_IN else ()
        for role, person in others:
            app.change_person(person)
            self._settle()
            self._places(app, role.value)

    def close(self) -> None:
        """Take the window down."""
        if self._app is not None:
            self._app.shut_down()
            self._app.deleteLater()
            self._app = None
            self._work(0.02)

    def _opened(self, app: Application) -> None:
        desk = app.desk_now
        if desk.call_screen is not None:
            now = to_ms(self._bench.clock())
            form = CallForm(started_at=now, contact_kind="SELF", danger_now="Y", danger_at=now)
            desk.call_screen.resume(Draft(form))
            desk.window.go_to("call")
            self._look("call-danger", desk.window)
        desk.events.open_call_asked.emit(self._bench.call_id)
        self._look("journal-call", desk.window)
        desk.events.open_case_asked.emit(self._case(app))
        self._look("case", desk.window)
        for advice in (SERVICE, ARTICLE):
            desk.open_advice(advice)
            self._look(f"directory-{advice.kind}", desk.window)
        desk.window.help_asked.emit("call")
        if desk.help_window is None:
            raise CheckFailed("self_check.no_window")
        for number in range(desk.help_window.list.count()):
            desk.help_window.list.setCurrentRow(number)
            self._look(f"help-{number + 1}", desk.help_window)
        desk.help_window.close()
        desk.lock()
        self._look("locked", desk.window)
        app.rebuild()
        self._settle()

    def _case(self, app: Application) -> str:
        desk = app.desk_now
        cases = CaseList(desk.database, self._bench.clock).page(desk.actor, CaseFilter())
        if not cases:
            raise CheckFailed("self_check.not_read_back")
        return cases[0].case_id

    def _places(self, app: Application, role: str) -> None:
        window = app.desk_now.window
        for place in window.places.values():
            window.go_to(place.name)
            tabs = place.page.findChild(QTabWidget)
            if tabs is None:
                self._look(f"{role}-{place.name}", place.page)
                continue
            for number in range(tabs.count()):
                tabs.setCurrentIndex(number)
                self._look(f"{role}-{place.name}-{number + 1}", place.page)

    def _stacks(self, name: str, window: QWidget) -> None:
        stack = window.findChild(QStackedWidget)
        if stack is None or stack.count() < 2:
            self._look(name, window)
            return
        for number in range(stack.count()):
            stack.setCurrentIndex(number)
            self._look(f"{name}-{number + 1}", window)

    def _look(self, name: str, widget: QWidget) -> None:
        self._settle()
        picture = widget.grab().toImage()
        self._watch.judge(name)
        few = colours(picture) < LEAST_COLOURS
        expect(not few, "self_check.screen_empty", screen=name)
        self.count += 1
        if self._bench.pictures is not None:
            file = self._bench.pictures / f"{self._language}-{self.count:02d}-{name}.png"
            expect(picture.save(str(file)), "export.not_written")

    def _started(self, data: Path) -> Application:
        where = paths(data)
        where = type(where)(where.data, self._bench.paths.resources, self._bench.paths.migrations)
        app = Application(self._qt, where, self._bench.clock, self._watch.dialogs, cost=KdfCost())
        self._app = app
        self._tasks = app.tasks = CountedTasks(app)
        app.preferences.language = self._language
        app.preferences.appearance = theme.LIGHT.name
        expect(app.start(), "instance.running")
        self._window(app).resize(*PIXELS)
        return app

    def _window(self, app: Application) -> QWidget:
        if app.window is None:
            raise CheckFailed("self_check.no_window")
        return app.window

    def _settle(self) -> None:
        """Until what the pages asked for was done and drawn; one thing asks for another."""
        if self._app is None:
            return
        end = time.monotonic() + PATIENCE_SECONDS
        quiet = 0
        while quiet < QUIET_ROUNDS:
            expect(time.monotonic() < end, "self_check.too_long")
            self._work(0.01)
            quiet = 0 if self._tasks.pending else quiet + 1

    def _work(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while True:
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
            QCoreApplication.sendPostedEvents(None, 52)
            if time.monotonic() >= end:
                return
            time.sleep(0.002)


def colours(picture: QImage) -> int:
    """How many different colours are on a grid of the picture's points, `LEAST_COLOURS` at most."""
    found: set[int] = set()
    for colour in _points(picture):
        found.add(colour)
        if len(found) >= LEAST_COLOURS:
            break
    return len(found)


def _points(picture: QImage) -> Iterator[int]:
    for y in range(0, picture.height(), 3):
        for x in range(0, picture.width(), 3):
            yield picture.pixel(x, y)
