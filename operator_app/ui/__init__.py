"""Everything that knows Qt."""

import sys

if sys.version_info < (3, 12):
    # `emit()` of PySide6 6.12 returns True without a reference of its own, so each emit takes one
    # away, and after some hundred of them Python ends the program ("bool_dealloc"). From Python
    # 3.12 on True is immortal (PEP 683); here it gets more references than will ever be taken.
    import ctypes

    ctypes.c_ssize_t.from_address(id(True)).value += sys.maxsize // 4
