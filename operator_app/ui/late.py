"""Pages that are made when they are first looked at: signing in must not wait for all of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

T = TypeVar("T", bound=QWidget)


class Late(QWidget, Generic[T]):
    """Stands where the page will be; `page` is made when it is asked for, or shown."""

    def __init__(self, make: Callable[[], T]) -> None:
        super().__init__()
        self.setObjectName("page")
        self._make = make
        self._page: T | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)

    @property
    def page(self) -> T:
        """The page itself."""
        if self._page is None:
            self._page = page = self._make()
            self.setFocusProxy(page)
            layout = self.layout()
            assert layout is not None  # noqa: S101 - made with it
            layout.addWidget(page)
            page.show()
        return self._page

    @property
    def made(self) -> T | None:
        """The page if there is one already."""
        return self._page

    def showEvent(self, event: QShowEvent) -> None:
        _made = self.page
        super().showEvent(event)
