"""Whether systemd would end a trainer when its user logs out, as its files tell.

What a session started lies in a control group: in one of the session (ssh, a console), which logind
ends with it where KillUserProcesses says so; or in one of the user's manager (most desktops), which
is ended with the last session unless the user lingers.
"""

from __future__ import annotations

import os
import pwd
import re
from pathlib import Path

from grok_tui.protocol.rundir import read_small

_FOLDERS = ("usr/lib/systemd", "run/systemd", "etc/systemd")
"""A later one wins over those before it."""
_SESSION = re.compile(r"/session-[^/]*\.scope(/|$)", re.MULTILINE)
_MANAGER = re.compile(r"/user@\d+\.service(/|$)", re.MULTILINE)
_SETTING = re.compile(r"^(#?)\s*(Kill\w+)\s*=(.*)$", re.MULTILINE)
_YES = ("yes", "true", "on", "1")


def threat(root: Path = Path("/")) -> str:
    """Why a trainer started here would not outlive the logout, and what to do; empty if it would.

    What cannot be read threatens nobody: this is a warning, not a promise.
    """
    group = _text(root / "proc/self/cgroup")
    user = _user()
    if _SESSION.search(group):
        if not _kills(_settings(root), user):
            return ""
        return (
            "systemd ends what you started when you log out (KillUserProcesses): "
            "`loginctl enable-linger`, then start with `systemd-run --user --scope grok-tui run …`"
        )
    if _MANAGER.search(group) and not (root / "var/lib/systemd/linger" / user).exists():
        return (
            "systemd ends what you started here when your last session ends: "
            "`loginctl enable-linger` lets it go on"
        )
    return ""


def _settings(root: Path) -> dict[str, str]:
    """The settings of logind on killing; a commented line of the main file tells the default."""
    found: dict[str, str] = {}
    drops: dict[str, Path] = {}
    for folder in _FOLDERS:
        base = root / folder / "logind.conf"
        for mark, key, value in _SETTING.findall(_text(base)):
            if not mark or key not in found:
                found[key] = value.strip()
        drops |= {path.name: path for path in Path(f"{base}.d").glob("*.conf")}
    for _, path in sorted(drops.items()):
        told = _SETTING.findall(_text(path))
        found |= {key: value.strip() for mark, key, value in told if not mark}
    return found


def _kills(settings: dict[str, str], user: str) -> bool:
    """What logind makes of them for this user; root is spared unless they say otherwise."""
    if user in settings.get("KillExcludeUsers", "root").split():
        return False
    only = settings.get("KillOnlyUsers", "").split()
    return user in only if only else settings.get("KillUserProcesses", "").lower() in _YES


def _user() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def _text(path: Path) -> str:
    try:
        return read_small(path).decode(errors="replace")
    except (OSError, ValueError):
        return ""
