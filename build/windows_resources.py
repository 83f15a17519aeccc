"""What Windows shows of the program's file: its icon, and the version in its properties."""

from __future__ import annotations

import struct
from pathlib import Path

SIZES = (16, 20, 24, 32, 40, 48, 64, 256)
"""Pixels, as Explorer, task bar and Alt+Tab ask for them at 100 to 200 %."""
LARGE = 256
PICTURE = Path(__file__).resolve().parent / "windows" / "117-operator.svg"
COPYRIGHT = "MIT licence"
DESCRIPTION = "117 Operator"
COMPANY = "Helpline 117"
RUSSIAN, UNICODE = 0x0419, 0x04B0


def write_icon(file: Path) -> None:
    """The picture in all sizes as .ico: the largest as PNG, the others as old parts of Windows
    read them."""
    from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF
    from PySide6.QtGui import QImage, QImageWriter, QPainter
    from PySide6.QtSvg import QSvgRenderer

    renderer = QSvgRenderer(QByteArray(PICTURE.read_bytes()))
    if not renderer.isValid():
        raise ValueError(f"{PICTURE.name} is no picture")
    drawn = []
    for size in SIZES:
        image = QImage(size, size, QImage.Format.Format_ARGB32)
        image.fill(0)
        painter = QPainter(image)
        renderer.render(painter, QRectF(0, 0, size, size))
        painter.end()
        if size < LARGE:
            drawn.append(bitmap(size, bytes(image.constBits())))
            continue
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        if not QImageWriter(buffer, QByteArray(b"png")).write(image):
            raise OSError("the icon could not be drawn")
        drawn.append(bytes(buffer.data().data()))
    file.write_bytes(icon_file(SIZES, drawn))


def bitmap(size: int, pixels: bytes) -> bytes:
    """A square picture as it stands in an .ico: from the lowest line up, then an empty mask.

    `pixels`: blue, green, red, alpha, from the uppermost line down.
    """
    line = 4 * size
    lines = [pixels[start : start + line] for start in range(0, len(pixels), line)]
    # Twice the height: the mask counts. Its lines end at full four bytes.
    head = struct.pack("<IiiHHIIiiII", 40, size, 2 * size, 1, 32, 0, 0, 0, 0, 0, 0)
    return head + b"".join(reversed(lines)) + bytes(size * (-(-size // 32) * 4))


def icon_file(sizes: tuple[int, ...], pictures: list[bytes]) -> bytes:
    """An .ico of square pictures, of 32 bits each."""
    head = struct.pack("<HHH", 0, 1, len(pictures))
    offset = len(head) + 16 * len(pictures)
    entries = b""
    for size, picture in zip(sizes, pictures, strict=True):
        # 256 is written as 0.
        entries += struct.pack(
            "<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(picture), offset
        )
        offset += len(picture)
    return head + entries + b"".join(pictures)


def write_version(file: Path, version: str) -> None:
    """The version resource, in the form that PyInstaller reads."""
    file.write_text(version_text(version), "utf-8")


def version_text(version: str) -> str:
    """`version`: "1.2.3"."""
    numbers = tuple(int(part) for part in four_numbers(version).split("."))
    strings = {
        "CompanyName": COMPANY,
        "FileDescription": DESCRIPTION,
        "FileVersion": version,
        "InternalName": "117-operator",
        "LegalCopyright": COPYRIGHT,
        "OriginalFilename": "117-operator.exe",
        "ProductName": DESCRIPTION,
        "ProductVersion": version,
    }
    told = ",\n        ".join(f"StringStruct({k!r}, {v!r})" for k, v in strings.items())
    return f"""VSVersionInfo(
  ffi=FixedFileInfo(filevers={numbers}, prodvers={numbers}, mask=0x3f, flags=0x0, OS=0x40004,
    fileType=0x1, subtype=0x0, date=(0, 0)),
  kids=[
    StringFileInfo([StringTable('{RUSSIAN:04X}{UNICODE:04X}', [
        {told}])]),
    VarFileInfo([VarStruct('Translation', [{RUSSIAN}, {UNICODE}])])
  ])
"""


def four_numbers(version: str) -> str:
    """ "1.2.3" as Windows counts: "1.2.3.0". Raises ValueError for anything else than three numbers."""
    parts = version.split(".")
    if len(parts) != 3 or not all(part.isascii() and part.isdecimal() for part in parts):
        raise ValueError(f"not a version of three numbers: {version}")
    return ".".join([*parts, "0"])
