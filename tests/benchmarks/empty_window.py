"""The floor of the frozen program: PySide6 and one window with nothing in it."""

import sys

from PySide6.QtCore import QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget


class Window(QWidget):
    def paintEvent(self, event: QPaintEvent) -> None:
        QTimer.singleShot(0, QApplication.quit)


application = QApplication(sys.argv)
window = Window()
window.resize(1366, 768)
window.show()
sys.exit(application.exec())
