"""Small helpers for tests of the encrypted file and its key slots."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from operator_app.errors import AppError


def code_of(act: Callable[..., Any], *args: Any, **kwargs: Any) -> str:
    """The code of the AppError that the act raises."""
    with pytest.raises(AppError) as caught:
        act(*args, **kwargs)
    return caught.value.code


def edit_json(file: Path, change: Callable[[Any], None]) -> None:
    """Change a JSON file as somebody with an editor would."""
    data = json.loads(file.read_bytes())
    change(data)
    file.write_text(json.dumps(data))
