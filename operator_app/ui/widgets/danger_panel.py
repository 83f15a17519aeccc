"""The danger screen: sixteen short questions answered by 1, 2, 3, and the level that follows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFont, QFontMetrics, QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from operator_app.domain.danger import (
    ANSWERS,
    HIGH,
    IMMEDIATE,
    LEVELS,
    MEDIUM,
    NOT_ASSESSED,
    STANDARD,
    UNKNOWN,
    YES,
    DangerRules,
    Question,
    more_cautious,
)
from operator_app.domain.reference import Reference
from operator_app.i18n import _
from operator_app.ui.widgets.basic import GRID, set_state, text

TONES = {STANDARD: "calm", NOT_ASSESSED: "", MEDIUM: "waiting", HIGH: "danger", IMMEDIATE: "danger"}
"""The tone of the pill that shows a level."""
_RAISABLE = (MEDIUM, HIGH, IMMEDIATE)
_KEYS = {Qt.Key.Key_1: 0, Qt.Key.Key_2: 1, Qt.Key.Key_3: 2}


class DangerPanel(QWidget):
    """Asks the questions of the rules and shows the level live. Knows nothing of saving.

    One tab stop for all questions: up and down move, 1, 2, 3 answer and go to the next open one,
    Backspace takes an answer back, Enter leaves (`passed`).
    """

    changed = Signal()
    passed = Signal()

    def __init__(self, rules: DangerRules, reference: Reference, language: str) -> None:
        super().__init__()
        self._rules = rules
        self._reference = reference
        self._language = language
        self._danger_now: str | None = None
        self._raised_to: str | None = None
        self.level_label = text("", "pill", wrap=True)
        self.questions = _Questions(rules, reference, language)
        self.raise_buttons: dict[str, QPushButton] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.level_label)
        keys = _("1 yes · 2 no · 3 not known · Backspace: take back")
        layout.addWidget(text(keys, "hint", wrap=True))
        layout.addWidget(self.questions)
        layout.addWidget(self._raising())
        self.setFocusProxy(self.questions)
        self.questions.changed.connect(self._on_answered)
        self.questions.passed.connect(self.passed)
        self._show_level()

    @property
    def answers(self) -> dict[str, str]:
        """Question code to answer (Y, N, U; others as they were loaded); absent: not asked."""
        return dict(self.questions.answers)

    @property
    def raised_to(self) -> str | None:
        """The level the operator raised it to, or None."""
        return self._raised_to

    @property
    def computed_level(self) -> str:
        """What the rules say of the answers."""
        return self._rules.level(self.questions.answers, self._danger_now)

    @property
    def level(self) -> str:
        """The level that counts, a code of `risk_level`."""
        return more_cautious(self.computed_level, self._raised_to)

    def load(
        self, answers: Mapping[str, str], raised_to: str | None, danger_now: str | None
    ) -> None:
        """Show these answers; says nothing of a change."""
        self._raised_to = raised_to
        self._danger_now = danger_now
        self.questions.load(answers)
        self._show_level()

    def set_danger_now(self, code: str | None) -> None:
        """The answer to "in danger right now?", which is asked elsewhere."""
        if code != self._danger_now:
            self._danger_now = code
            self._show_level()

    def _raising(self) -> QWidget:
        self._raise_box = QWidget()
        line = QHBoxLayout(self._raise_box)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        caption = _("Raise the level:")
        line.addWidget(text(caption, "hint"))
        for level in _RAISABLE:
            code = self._reference.find("risk_level", level)
            label = code.label(self._language) if code else level
            made = _small_chip(
                code.short_label(self._language) if code else level,
                f"{caption} {label}",
                "" if level == MEDIUM else "danger",
            )
            made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            made.clicked.connect(lambda _checked=False, to=level: self._on_raised(to))
            line.addWidget(made)
            self.raise_buttons[level] = made
        line.addStretch(1)
        return self._raise_box

    def _on_raised(self, level: str) -> None:
        """Raise to a level; the same chip again takes the raise back, not what was computed."""
        self._raised_to = None if self._raised_to == level else level
        self._show_level()
        self.changed.emit()

    def _on_answered(self) -> None:
        self._show_level()
        self.changed.emit()

    def _show_level(self) -> None:
        level, computed = self.level, self.computed_level
        words = self._level_words(level)
        self.level_label.setText(words)
        self.level_label.setAccessibleName(_("Level: {level}").format(level=words))
        set_state(self.level_label, "tone", TONES.get(level, "danger"))
        for code, made in self.raise_buttons.items():
            # Hidden and not disabled: what cannot be chosen is not in the way.
            made.setVisible(LEVELS.index(code) > LEVELS.index(computed))
            made.setChecked(code == self._raised_to)
        self._raise_box.setVisible(computed != IMMEDIATE)

    def _level_words(self, level: str) -> str:
        name = self._reference.label("risk_level", level, self._language)
        if level == NOT_ASSESSED:
            first = [q.code for q in self._rules.questions if q.group == "A"]
            open_ones = sum(self.questions.answers.get(code) not in ("Y", "N") for code in first)
            return _("{level}: {n} questions of the first group open").format(
                level=name, n=open_ones
            )
        if level != self.computed_level:
            return _("{level} · raised by you").format(level=name)
        if level == IMMEDIATE:
            return name
        return _("{level} · “yes”: {yes} of {all}").format(
            level=name,
            yes=self._rules.yes_count(self.questions.answers),
            all=len(self._rules.questions),
        )


class _Questions(QWidget):
    """All questions as one stop of the Tab key, with a current one."""

    changed = Signal()
    passed = Signal()

    def __init__(self, rules: DangerRules, reference: Reference, language: str) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.answers: dict[str, str] = {}
        self._current = 0
        self.rows: list[_Row] = []
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(1)
        codes = [reference.find("yes_no_unknown", answer) for answer in ANSWERS]
        words = [code.short_label(language) for code in codes if code]
        group = ""
        for question in rules.questions:
            if question.group != group:
                group = question.group
                layout.addWidget(text(_meaning(group, rules), "fieldLabel", wrap=True))
            row = _Row(question, question.label(language), words, self._picker(len(self.rows)))
            layout.addWidget(row)
            self.rows.append(row)
        self._show_current()

    def load(self, answers: Mapping[str, str]) -> None:
        self.answers = dict(answers)
        for row in self.rows:
            row.show_answer(self.answers.get(row.code))
        self._current = next((i for i, r in enumerate(self.rows) if self._is_open(r)), 0)
        self._show_current()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = event.modifiers() in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.KeypadModifier,
        )
        key = event.key()
        if not plain or not self.rows:
            super().keyPressEvent(event)
        elif key in _KEYS:
            self._answer(self._current, ANSWERS[_KEYS[Qt.Key(key)]])
            self._go_on()
        elif key == Qt.Key.Key_Up:
            self._go_to(self._current - 1)
        elif key == Qt.Key.Key_Down:
            self._go_to(self._current + 1)
        elif key == Qt.Key.Key_Backspace:
            self._answer(self._current, None)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.passed.emit()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._show_current()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._show_current()

    def inputMethodQuery(self, query: Qt.InputMethodQuery) -> Any:
        # A scroll area that follows the focus brings this rectangle into view.
        if query == Qt.InputMethodQuery.ImCursorRectangle and self.rows:
            return QRect(self.rows[self._current].geometry())
        return super().inputMethodQuery(query)

    def _picker(self, index: int) -> Callable[[str], None]:
        def pick(answer: str) -> None:
            taken_back = self.answers.get(self.rows[index].code) == answer
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self._go_to(index)
            self._answer(index, None if taken_back else answer)

        return pick

    def _answer(self, index: int, answer: str | None) -> None:
        row = self.rows[index]
        if answer is None:
            self.answers.pop(row.code, None)
        else:
            self.answers[row.code] = answer
        row.show_answer(answer)
        self._show_current()
        self.changed.emit()

    def _is_open(self, row: _Row) -> bool:
        return row.code not in self.answers

    def _go_on(self) -> None:
        """To the next open question, from the first again after the last."""
        around = [*range(self._current + 1, len(self.rows)), *range(self._current)]
        self._go_to(next((i for i in around if self._is_open(self.rows[i])), self._current))

    def _go_to(self, index: int) -> None:
        self._current = min(max(index, 0), len(self.rows) - 1)
        self._show_current()
        area = self.parentWidget()
        while area is not None and not isinstance(area, QScrollArea):
            area = area.parentWidget()
        if area is not None:
            area.ensureWidgetVisible(self.rows[self._current], 0, 4 * GRID)

    def _show_current(self) -> None:
        for index, row in enumerate(self.rows):
            set_state(row, "pointed", index == self._current and self.hasFocus())
        said = self.rows[self._current].said if self.rows else ""
        self.setAccessibleName(_("Danger questions. {question}").format(question=said))


class _Row(QFrame):
    """One question with its three chips."""

    def __init__(
        self, question: Question, words: str, answers: list[str], pick: Callable[[str], None]
    ) -> None:
        super().__init__()
        self.setObjectName("question")
        self.code = question.code
        self._words = words
        self._answers = dict(zip(ANSWERS, answers, strict=True))
        self.chips: dict[str, QPushButton] = {}
        layout = QHBoxLayout(self)
        layout.setContentsMargins(4, 0, 1, 0)
        layout.setSpacing(3)
        layout.addWidget(text(words, wrap=True), 1)
        for code, answer in self._answers.items():
            tone = "danger" if code == YES and question.group == "A" else ""
            # "Not known" has no room: the line of keys above says what the sign means.
            label = "?" if code == UNKNOWN else answer
            made = _small_chip(label, f"{words} {answer}", tone)
            made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            made.clicked.connect(lambda _checked=False, picked=code: pick(picked))
            layout.addWidget(made)
            self.chips[code] = made

    @property
    def said(self) -> str:
        """The question and its answer, for screen readers."""
        checked = next((c for c, chip in self.chips.items() if chip.isChecked()), None)
        return f"{self._words} {self._answers[checked]}" if checked else self._words

    def show_answer(self, answer: str | None) -> None:
        """Mark the answer; one that has no chip (refused) marks none."""
        for code, chip in self.chips.items():
            chip.setChecked(code == answer)


def _meaning(group: str, rules: DangerRules) -> str:
    """What the answers of a group lead to."""
    if group == "A":
        return _("One “yes” here is high risk")
    return _("“Yes” here: from {medium} medium, from {high} high").format(
        medium=rules.medium_from, high=rules.high_from
    )


class _SmallChip(QPushButton):
    """Keeps room for its label in bold, as it is shown when it is the answer."""

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        bold = QFont(self.font())
        bold.setWeight(QFont.Weight.DemiBold)
        words = self.text()
        more = QFontMetrics(bold).horizontalAdvance(words)
        return hint + QSize(max(0, more - self.fontMetrics().horizontalAdvance(words)), 0)


def _small_chip(label: str, name: str, tone: str) -> QPushButton:
    made = _SmallChip(label)
    made.setObjectName("smallChip")
    made.setCheckable(True)
    made.setAutoDefault(False)
    made.setAccessibleName(name)
    if tone:
        made.setProperty("tone", tone)
    return made
