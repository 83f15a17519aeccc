"""The floor of the start: SQLAlchemy, PySide6 and one window with nothing of ours in it."""

import gc

gc.disable()

import sys  # noqa: E402

import sqlalchemy  # noqa: E402, F401 - before PySide6, as the program does
from PySide6.QtCore import QTimer  # noqa: E402
from PySide6.QtGui import QPaintEvent  # noqa: E402
from PySide6.QtWidgets import QApplication, QWidget  # noqa: E402


class Window(QWidget):
    def paintEvent(self, event: QPaintEvent) -> None:
        QTimer.singleShot(0, QApplication.quit)


application = QApplication(sys.argv)
window = Window()
window.resize(1366, 768)
window.show()
sys.exit(application.exec())
