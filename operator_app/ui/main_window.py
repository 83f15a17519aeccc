"""The window of a signed-in person: rail, top bar, screens. It navigates; screens only emit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QCloseEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QMenu,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from operator_app.domain.people import Actor, Right
from operator_app.i18n import _, language
from operator_app.sync.status import SyncStatus
from operator_app.ui import theme
from operator_app.ui.icons import icon
from operator_app.ui.sync_wording import status_wording
from operator_app.ui.widgets.basic import Notice, ShortenedLabel, button, set_state, text
from operator_app.ui.wording import LANGUAGE_NAMES

RAIL_WIDTH = 84


@dataclass(frozen=True)
class Place:
    """One entry of the rail: its key for tests, label, icon, shortcut and page."""

    name: str
    label: str
    icon: str
    key: str
    page: QWidget


class MainWindow(QMainWindow):
    """Hosts the screens. Locking swaps everything for the lock page.

    `help_asked(str)`: the name of the place that is shown.
    """

    lock_asked = Signal()
    sign_out_asked = Signal()
    language_asked = Signal(str)
    appearance_asked = Signal(str)
    new_call_asked = Signal()
    help_asked = Signal(str)
    duty_officer_phoned = Signal(int)
    closed = Signal()

    def __init__(
        self,
        actor: Actor,
        office_name: str,
        places: Sequence[Place],
        appearance: str,
        search_field: QWidget | None = None,
        *,
        language_held: bool = False,
    ) -> None:
        """`language_held`: IT's policy says it; it is shown and cannot be changed."""
        super().__init__()
        self._language_held = language_held
        self.setWindowTitle("117")
        self.setMinimumSize(900, 500)
        self._actor = actor
        self._appearance = appearance
        self._overdue = 0
        self._overdue_phoned = 0
        self._in_call = False
        self._search_field = search_field
        self.places = {place.name: place for place in places}
        self.rail_buttons: dict[str, QToolButton] = {}
        self._badges: dict[str, QLabel] = {}
        self.pages = QStackedWidget()
        for place in places:
            self.pages.addWidget(place.page)
        self.pill = button("", "pill")
        self.pill.setCursor(Qt.CursorShape.PointingHandCursor)
        self.pill.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.urgent = Notice("danger")
        self.phoned_button = button(_("Phoned"))
        self.phoned_button.clicked.connect(self._on_phoned)
        self._phones = actor.may(Right.RECORD_CALL)
        self.phoned_button.setVisible(self._phones)
        self.urgent.line.addWidget(self.phoned_button)
        self._covers = QStackedWidget()
        desk = self._desk(office_name)
        self._covers.addWidget(desk)
        self.setCentralWidget(self._covers)
        self._add_shortcuts(desk)
        self.pill.clicked.connect(lambda: self.go_to("administration"))
        self.go_to(places[0].name)

    @property
    def locked(self) -> bool:
        """Whether the lock page covers the screens."""
        return self._covers.currentIndex() != 0

    def cover(self, page: QWidget) -> None:
        """Show nothing but this page; what lies under it is hidden and takes no key."""
        self._covers.addWidget(page)
        self._covers.setCurrentWidget(page)
        page.setFocus()

    def uncover(self) -> None:
        """Take the cover away and go on where the person was."""
        page = self._covers.currentWidget()
        self._covers.setCurrentIndex(0)
        if page is not None and self._covers.count() > 1:
            self._covers.removeWidget(page)
            page.deleteLater()

    def go_to(self, name: str) -> None:
        """Show a screen."""
        place = self.places.get(name)
        if place is None:
            return
        self.pages.setCurrentWidget(place.page)
        self.rail_buttons[name].setChecked(True)
        self._show_urgent()
        # Where the person was on that page; keys must not go on to the page before.
        inner = place.page.focusWidget()
        target = inner if inner is not None and inner.isVisible() else place.page
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def come_forward(self) -> None:
        """To the front, out of the task bar if need be."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def show_badge(self, name: str, number: int) -> None:
        """A number at the icon of a place: what waits there; 0 takes it away."""
        made = self.rail_buttons.get(name)
        if made is None:
            return
        badge = self._badges.get(name)
        if badge is None:
            badge = self._badges[name] = text("", "badge")
            badge.setParent(made)
            badge.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        label = self.places[name].label
        badge.setText(str(number) if number < 100 else "99+")
        badge.adjustSize()
        badge.move(RAIL_WIDTH // 2 + 2, 4)
        badge.setVisible(number > 0)
        made.setAccessibleName(f"{label}: {number}" if number else label)

    def add_strip(self, strip: QWidget) -> None:
        """Put a strip between the top bar and the screens."""
        self._right.insertWidget(self._right.indexOf(self._urgent_place) + 1, strip)

    def add_side(self, side: QWidget) -> None:
        """Put a column at the right of the screens."""
        self._across.addWidget(side)
        side.show()

    @property
    def current_place(self) -> str:
        """The name of the screen shown."""
        shown = self.pages.currentWidget()
        return next((p.name for p in self.places.values() if p.page is shown), "")

    def show_status(self, status: SyncStatus) -> None:
        """The honest counter, and the red strip for urgent records that are late."""
        wording = status_wording(status)
        self.pill.setText("●  " + wording.words)
        self.pill.setAccessibleName(wording.words)
        set_state(self.pill, "tone", wording.tone)
        if status.urgent_overdue == 0:
            self._overdue_phoned = 0
        self._overdue = status.urgent_overdue
        self._show_urgent()

    def show_in_call(self, in_call: bool) -> None:
        """While a call is in progress the caller comes first: the strip waits until it is saved."""
        self._in_call = in_call
        self._show_urgent()

    def _show_urgent(self) -> None:
        waits = self._in_call and self.current_place == "call"
        late = self._overdue > self._overdue_phoned and not waits
        said = (
            _(
                "Urgent and not at the ministry after 15 minutes: {n}. "
                "Phone the duty officer, then press “Phoned”."
            )
            if self._phones
            else _("Urgent and not at the ministry after 15 minutes: {n}. Tell the operators.")
        )
        self.urgent.show_text(said.format(n=self._overdue) if late else "")
        self._urgent_place.setVisible(late)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # What has a help of its own, like a figure, has taken F1 before it comes here.
        if event.key() == Qt.Key.Key_F1 and not self.locked:
            self.help_asked.emit(self.current_place)
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self.closed.emit()

    def _on_phoned(self) -> None:
        self._overdue_phoned = self._overdue
        self._show_urgent()
        self.duty_officer_phoned.emit(self._overdue)

    def _add_shortcuts(self, desk: QWidget) -> None:
        # On the desk and not on the window: under the lock page they do nothing.
        QShortcut(QKeySequence("Ctrl+L"), desk).activated.connect(self.lock_asked)
        if "call" in self.places:
            QShortcut(QKeySequence("F2"), desk).activated.connect(self._on_new_call)
        for place in self.places.values():
            shortcut = QShortcut(QKeySequence(place.key), desk)
            shortcut.activated.connect(partial(self.go_to, place.name))

    def _on_new_call(self) -> None:
        self.go_to("call")
        self.new_call_asked.emit()

    def _desk(self, office_name: str) -> QWidget:
        right = self._right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        right.addWidget(self._top_bar(office_name))
        # Its margin goes with it: a layout would keep the room while the strip is hidden.
        self._urgent_place = QWidget()
        strip = QHBoxLayout(self._urgent_place)
        strip.setContentsMargins(20, 12, 20, 0)
        strip.addWidget(self.urgent)
        self._urgent_place.hide()
        right.addWidget(self._urgent_place)
        right.addWidget(self.pages, 1)
        desk = QWidget()
        layout = self._across = QHBoxLayout(desk)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._rail())
        layout.addLayout(right, 1)
        return desk

    def _rail(self) -> QWidget:
        rail = QFrame()
        rail.setObjectName("rail")
        rail.setFixedWidth(RAIL_WIDTH)
        layout = QVBoxLayout(rail)
        layout.setContentsMargins(0, 12, 0, 12)
        layout.setSpacing(8)
        group = QButtonGroup(rail)
        for place in self.places.values():
            made = _rail_button(place.label, place.icon, place.key)
            made.setCheckable(True)
            made.clicked.connect(lambda _checked=False, name=place.name: self.go_to(name))
            group.addButton(made)
            layout.addWidget(made, alignment=Qt.AlignmentFlag.AlignHCenter)
            self.rail_buttons[place.name] = made
        layout.addStretch(1)
        self.lock_button = _rail_button(_("Lock"), "lock", "Ctrl+L")
        self.lock_button.clicked.connect(self.lock_asked)
        layout.addWidget(self.lock_button, alignment=Qt.AlignmentFlag.AlignHCenter)
        return rail

    def _top_bar(self, office_name: str) -> QWidget:
        bar = QFrame()
        bar.setObjectName("topBar")
        bar.setFixedHeight(52)
        layout = QHBoxLayout(bar)
        layout.setContentsMargins(20, 0, 20, 0)
        layout.setSpacing(12)
        layout.addWidget(text("117", "brand"))
        layout.addWidget(ShortenedLabel(office_name, "muted"), 1)
        if self._search_field is not None:
            layout.addWidget(self._search_field)
        layout.addWidget(self.pill)
        layout.addWidget(self._person_menu())
        return bar

    def _person_menu(self) -> QToolButton:
        self.person_button = QToolButton()
        self.person_button.setObjectName("link")
        self.person_button.setText(self._actor.full_name + "  ▾")
        self.person_button.setAccessibleName(_("Person, language, appearance"))
        self.person_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.person_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        menu = QMenu(self.person_button)
        languages = QActionGroup(menu)
        for code, name in LANGUAGE_NAMES.items():
            action = _choice(menu, languages, name, checked=code == language())
            action.setEnabled(not self._language_held)
            action.triggered.connect(lambda _checked=False, c=code: self.language_asked.emit(c))
        menu.addSeparator()
        appearances = QActionGroup(menu)
        for code, name in (
            ("system", _("As Windows is")),
            ("light", _("Light")),
            ("dark", _("Dark")),
        ):
            action = _choice(menu, appearances, name, checked=code == self._appearance)
            action.triggered.connect(lambda _checked=False, c=code: self.appearance_asked.emit(c))
        menu.addSeparator()
        helped = menu.addAction(f"{_('Help')}\tF1")
        helped.triggered.connect(lambda: self.help_asked.emit(self.current_place))
        menu.addAction(_("Sign out")).triggered.connect(self.sign_out_asked)
        self.person_button.setMenu(menu)
        return self.person_button


def _choice(menu: QMenu, group: QActionGroup, label: str, *, checked: bool) -> QAction:
    action = menu.addAction(label)
    action.setCheckable(True)
    action.setChecked(checked)
    group.addAction(action)
    return action


def _rail_button(label: str, icon_name: str, key: str) -> QToolButton:
    made = QToolButton()
    made.setText(label)
    made.setToolTip(f"{label}   {key}")
    made.setAccessibleName(label)
    made.setIcon(icon(icon_name, theme.current().rail_text_active))
    made.setIconSize(QSize(22, 22))
    made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return made
