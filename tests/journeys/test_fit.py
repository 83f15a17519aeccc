"""Everything at 1366x768 without scrolling, in the three languages; and the keyboard's way.

Only the form of a violence call may scroll: nothing of it is cut, and what to do is in sight.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from operator_app.domain.calls import CallForm, new_form
from operator_app.domain.clock import to_ms
from operator_app.domain.violence import ViolenceForm
from operator_app.errors import Fault
from operator_app.ui.screens.tabbed_screen import TabbedScreen
from operator_app.ui.widgets.chips import ChipGroup
from operator_app.ui.widgets.parts import Parts
from operator_app.ui.widgets.tag_field import TagField
from tests.conftest import ALAMUDUN, information_call
from tests.journeys.conftest import MakePC
from tests.journeys.fitting import faults, unnamed
from tests.journeys.office_pc import OfficePC
from tests.samples import first_of
from tests.ui.case_office import HIGH

LONG_NOTE = "Бала багуу боюнча жөлөкпул эмне үчүн токтогонун сурады. " * 4
Change = Callable[[CallForm], CallForm]
STATES: dict[str, Change] = {
    "new": lambda form: form,
    "conversation": lambda form: information_call(form, topics=("VIO.DOM",), note=LONG_NOTE),
    "benefit": lambda form: information_call(form, topics=("BEN.UBK",), benefit_issue=None),
    "about another": lambda form: information_call(form, contact_kind="OTHER", topics=("CHI.ABU",)),
    "danger": lambda form: information_call(form, danger_now="Y", topics=("VIO.DOM",)),
    "everything": lambda form: information_call(
        form,
        contact_kind="OTHER",
        danger_now="Y",
        topics=("VIO.DOM", "BEN.UBK"),
        phone="0555 12 34 56",
        caller_name="Aida Testova",
        note=LONG_NOTE,
    ),
}


@pytest.fixture(params=first_of("ky", "ru", "en"))
def pc(request: pytest.FixtureRequest, make_pc: MakePC) -> OfficePC:
    pc = make_pc(language=request.param)
    pc.sign_in()
    return pc


def _show(pc: OfficePC, state: str) -> None:
    screen = pc.screen
    screen.fields.load(STATES[state](new_form(to_ms(pc.clock()), "ky", ALAMUDUN)))
    screen.page.show_missing()
    _settle(pc)


def _settle(pc: OfficePC) -> None:
    pc.settle()
    for field in (pc.screen.fields.topics.field, pc.screen.fields.actions_taken.field):
        field.close_list()
    for _layout in range(3):
        QApplication.sendPostedEvents()
        QApplication.processEvents()


def test_call_screen_fits_in_every_state(pc: OfficePC) -> None:
    window = pc.desk.window
    assert (window.width(), window.height()) == (1366, 768)
    for _call in range(2):  # so that there are earlier calls from the number
        form = pc.desk.calls.start(pc.desk.actor).form
        pc.desk.calls.save(pc.desk.actor, information_call(form, phone="0555123456"))
    pc.start_call()
    found = {}
    for state in STATES:
        _show(pc, state)
        if state == "everything":
            pc.screen.page.help.look_up("0555123456")
            _settle(pc)
            assert pc.screen.fields.earlier_hint.isVisible()
        found[state] = _faults(pc)
    _show(pc, "new")
    pc.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    _settle(pc)
    found["faults"] = _faults(pc)
    _show(pc, "danger")
    pc.screen.fields.note.setPlainText("x" * 10_001)
    pc.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    _settle(pc)
    assert pc.screen.page.problem.isVisible()
    found["fault in words"] = _faults(pc)
    assert {state: wrong for state, wrong in found.items() if wrong} == {}


def _faults(pc: OfficePC) -> list[str]:
    window, page = pc.desk.window, pc.screen.page
    if not page.help.isVisible():
        return ["the panel at the right is not shown"]
    form = page.scroll_area.verticalScrollBar()
    if not pc.screen.fields.form().is_violence:
        found = faults(window)
        if form.maximum():
            found.append(f"{form.maximum()} px must be scrolled for")
        return found + unnamed(window)
    found = [
        f"{what} is not wholly in sight"
        for what, shown in (("the strip", page.strip), ("the panel", page.help.panel))
        if shown.isVisible() and not shown.visibleRegion().boundingRect().contains(shown.rect())
    ]
    # Of the same width and so high that all of it is in sight at once.
    window.resize(1366, 3000)
    _settle(pc)
    found += faults(window) + unnamed(window)
    window.resize(1366, 768)
    _settle(pc)
    return found


def test_places_fit(pc: OfficePC) -> None:
    pc.record("for the journal")
    found = {}
    window = pc.desk.window
    _settle(pc)
    found["ready"] = faults(window) + unnamed(window)
    for place in ("journal", "directory", "reports", "administration"):
        window.go_to(place)
        _settle(pc)
        _wait_for_figures(pc)
        found[place] = faults(window) + unnamed(window)
    window.go_to("directory")
    for tab, name in ((Qt.Key.Key_2, "articles"), (Qt.Key.Key_3, "announcements")):
        pc.press(tab, Qt.KeyboardModifier.AltModifier)
        _settle(pc)
        found[name] = faults(window) + unnamed(window)
    journal = pc.desk.journal_screen
    assert journal is not None
    window.go_to("journal")
    journal.open_call(pc.revisions()[0].record_id)
    _settle(pc)
    found["opened call"] = faults(window) + unnamed(window)
    pc.press(Qt.Key.Key_F7)
    _settle(pc)
    found["history"] = faults(window) + unnamed(window)
    pc.desk.lock()
    _settle(pc)
    found["lock"] = faults(window) + unnamed(window)
    assert {place: wrong for place, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("language", first_of("ky", "ru", "en"))
def test_pages_of_reports_and_administration_fit(make_pc: MakePC, language: str) -> None:
    """Also those that are made when they are first looked at: nothing flashes up meanwhile."""
    pc = make_pc(language=language)
    pc.sign_in()
    pc.record("behind the figures")
    form = pc.desk.calls.start(pc.desk.actor).form
    violence = ViolenceForm(affected="CALLER", forms=("PHY",), answers=HIGH)
    pc.desk.calls.save(
        pc.desk.actor, information_call(form, topics=("VIO.DOM",), violence=violence)
    )
    flashed = Flashes()
    found = {}
    for place in ("cases", "reports", "administration"):
        for name in _pages_of(pc, place):
            found[name] = faults(pc.desk.window) + unnamed(pc.desk.window)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
    assert len(found) >= 17
    assert flashed.seen == []


def _pages_of(pc: OfficePC, place: str) -> Iterator[str]:
    """The pages of a place, one after the other, with their parts."""
    pc.desk.window.go_to(place)
    _settle(pc)
    screen = pc.desk.window.places[place].page
    if not isinstance(screen, TabbedScreen):
        yield place
        return
    for tab in range(screen.tabs.count()):
        screen.tabs.setCurrentIndex(tab)
        _settle(pc)
        _wait_for_figures(pc)
        name = screen.tabs.tabText(tab)
        page = screen.tabs.currentWidget()
        parts = page.findChild(Parts) if page is not None else None
        if parts is None:
            yield name
            continue
        for part in parts.chips.buttons:
            parts.go_to(part)
            _settle(pc)
            yield f"{name}, {part}"


def _wait_for_figures(pc: OfficePC) -> None:
    """They are counted in steps and drawn after that."""
    overview, ministry = pc.desk.supervision.overview, pc.desk.supervision.ministry
    assert overview is not None
    assert ministry is not None
    if overview.isVisible():
        drawn = [view.canvas.renderer for view in overview.charts.values()]
        pc.wait(lambda: all(one.isValid() for one in drawn), "the charts")
    if ministry.isVisible():
        pc.wait(ministry.panel.excel_button.isEnabled, "the report")
    _settle(pc)


class Flashes(QObject):
    """Windows that nobody asked for: what is shown before it lies on its page is one."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        app = QApplication.instance()
        assert app is not None
        app.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.seen.append(f"{type(watched).__name__} {watched.objectName()!r}")
        return False


@pytest.mark.parametrize("state", first_of("everything", "new"))
def test_tab_follows_the_eye(make_pc: MakePC, state: str) -> None:
    pc = make_pc()
    pc.sign_in()
    pc.start_call()
    _show(pc, state)
    fields = pc.screen.fields
    fields.kind.setFocus(Qt.FocusReason.TabFocusReason)
    passed: list[QWidget] = []
    for _press in range(80):
        focused = QApplication.focusWidget()
        assert focused is not None
        if not fields.isAncestorOf(focused):
            break
        passed.append(focused)
        pc.press(Qt.Key.Key_Tab)
    names = [w.accessibleName() for w in passed]
    assert len(set(names)) == len(names)
    eye = sorted(passed, key=lambda w: _line_and_place(w, fields))
    assert names == [w.accessibleName() for w in eye]
    assert len(passed) == len(_tab_stops(fields))
    assert len(passed) >= (14 if state == "everything" else 12)
    # After the form: what to do with it.
    foot = [QApplication.focusWidget()]
    pc.press(Qt.Key.Key_Tab)
    foot.append(QApplication.focusWidget())
    assert foot == [pc.screen.page.discard_button, pc.screen.page.save_button]


def _tab_stops(within: QWidget) -> list[QWidget]:
    return [
        w
        for w in within.findChildren(QWidget)
        if w.isVisible() and w.focusPolicy() & Qt.FocusPolicy.TabFocus and w.focusProxy() is None
    ]


def _line_and_place(widget: QWidget, within: QWidget) -> tuple[int, int]:
    """The line of the form a field stands on, and how far right; tags stand before their field."""
    parent = widget.parentWidget()
    top = (parent if isinstance(parent, TagField) else widget).mapTo(within, QPoint(0, 0))
    return (top.y() // 24, top.x())


def test_focus_is_always_seen(make_pc: MakePC) -> None:
    pc = make_pc()
    pc.sign_in()
    pc.start_call()
    fields = pc.screen.fields
    for group in fields.findChildren(ChipGroup):
        group.setFocus(Qt.FocusReason.TabFocusReason)
        cursors = [b for b in group.buttons.values() if b.property("pointed")]
        assert len(cursors) == 1
        pc.press(Qt.Key.Key_Right)
        moved = [b for b in group.buttons.values() if b.property("pointed")]
        assert len(moved) == 1
        assert moved != cursors
    # Every other control paints itself differently when it has the focus.
    others: list[QWidget] = [
        fields.phone, fields.name, fields.place, fields.topics.field, fields.note,
        fields.actions_taken.field, pc.screen.page.discard_button, pc.screen.page.save_button,
        pc.desk.window.pill, *pc.desk.window.rail_buttons.values(), pc.desk.window.lock_button,
        pc.desk.window.person_button,
    ]  # fmt: skip
    unseen = []
    for widget in others:
        pictures = []
        for reason in (None, Qt.FocusReason.TabFocusReason):
            fields.kind.setFocus(Qt.FocusReason.TabFocusReason)
            if reason is not None:
                widget.setFocus(reason)
            for typed in (fields.topics.field, fields.actions_taken.field):
                typed.close_list()
            QApplication.processEvents()
            pictures.append(widget.grab().toImage())
        if pictures[0] == pictures[1]:
            words = widget.text() if isinstance(widget, QAbstractButton) else ""
            unseen.append(words or widget.accessibleName())
    assert unseen == []


def test_a_fault_marks_the_question(make_pc: MakePC) -> None:
    pc = make_pc()
    pc.sign_in()
    pc.start_call()
    fields = pc.screen.fields
    fields.mark([Fault("caller_sex", "call.missing")])
    assert all(b.property("missing") for b in fields.sex.buttons.values())
    assert not any(b.property("missing") for b in fields.age.buttons.values())
