"""Where data, models, settings and logs live; each can be moved by an environment variable."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import platformdirs

_APP = "khatshy"


def _place(variable: str, default: str) -> Path:
    return Path(os.environ.get(variable) or default)


def data() -> Path:
    """Hearings of this PC (KHATSHY_DATA)."""
    return _place("KHATSHY_DATA", platformdirs.user_data_dir(_APP, appauthor=False))


def models() -> Path:
    """Installed speech models (KHATSHY_MODELS)."""
    return _place("KHATSHY_MODELS", str(data() / "models"))


def config() -> Path:
    """Settings, room profiles, trusted authorities (KHATSHY_CONFIG)."""
    return _place("KHATSHY_CONFIG", platformdirs.user_config_dir(_APP, appauthor=False))


def runtime() -> Path:
    """Sockets and keys of running processes, private to the user (KHATSHY_RUNTIME)."""
    if sys.platform == "linux" and "XDG_RUNTIME_DIR" not in os.environ:
        # a session without a login manager: the shared /tmp would let others create our folder before us
        return _place("KHATSHY_RUNTIME", str(Path(platformdirs.user_cache_dir(_APP, appauthor=False)) / "run"))
    return _place("KHATSHY_RUNTIME", platformdirs.user_runtime_dir(_APP, appauthor=False, ensure_exists=False))


def logs() -> Path:
    """Logs of bugs (KHATSHY_LOGS)."""
    return _place("KHATSHY_LOGS", platformdirs.user_log_dir(_APP, appauthor=False))
