"""PySide6: a window drawn offscreen, by the platform plug-in that Qt finds in a folder."""

from __future__ import annotations

import os

os.environ["QT_QPA_PLATFORM"] = "offscreen"

import PySide6
from PySide6.QtCore import QBuffer, QIODevice, QLibraryInfo, QTimer
from PySide6.QtGui import QImageReader
from PySide6.QtWidgets import QApplication, QLabel


def main() -> None:
    """Shows a label, runs the event loop once, and saves what was drawn."""
    application = QApplication([])
    label = QLabel("Text")
    label.resize(200, 100)
    label.show()
    QTimer.singleShot(50, application.quit)
    application.exec()
    image = label.grab().toImage()
    assert image.width() >= 200
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert image.save(buffer, "PNG") and len(buffer.data()) > 100
    formats = {bytes(name.data()) for name in QImageReader.supportedImageFormats()}
    assert b"jpeg" in formats, (formats, QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath))
    print("PySide6", PySide6.__version__, "works")


if __name__ == "__main__":
    main()
