"""What is taken out of a text that others will read: who, on which machine, what opens doors."""

from __future__ import annotations

import contextlib
import os
import platform
import pwd
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

TOLD = ("TERM", "COLORTERM", "LANG", "NO_COLOR", "OMP_NUM_THREADS", "CUDA_VISIBLE_DEVICES")
"""Variables of the environment that are told, and LC_*; of no other is the value."""
LEAST = 8
"""Characters that make a secret; a shorter one would be found in any text."""
_SECRET = re.compile(r"TOKEN|SECRET|KEY|PASS|AUTH|CREDENTIAL|COOKIE|_PAT$|_PWD$", re.IGNORECASE)
_LOGIN = re.compile(r"(?<=://)[^/\s@]+@")


def told(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that are told; of TMUX only whether it is set."""
    found = {
        name: value
        for name, value in sorted(environment.items())
        if name in TOLD or name.startswith("LC_")
    }
    return {**found, "TMUX": "yes" if "TMUX" in environment else "no"}


class Veil:
    """Puts ~, USER, HOST and SECRET in the place of what they stand for on this machine."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        people = {environment.get(name, "") for name in ("USER", "LOGNAME")}
        homes = {environment.get("HOME", "")}
        with contextlib.suppress(KeyError):  # a container may run under a number without a name
            entry = pwd.getpwuid(os.getuid())
            people |= {entry.pw_name, entry.pw_gecos.partition(",")[0]}
            homes.add(entry.pw_dir)
        homes |= {os.path.realpath(home) for home in homes if home}
        hosts = {platform.node(), environment.get("HOSTNAME", ""), environment.get("HOST", "")}
        hosts |= {host.partition(".")[0] for host in hosts}
        secrets = {
            value
            for name, value in environment.items()
            if _SECRET.search(name) and len(value) >= LEAST
        }
        self._rules = (
            (_any(secrets, "", ""), "SECRET"),
            (_any(homes - {"/"}, r"(?<![\w.-])", r"(?![\w.-])"), "~"),
            (_any(hosts - {"localhost"}), "HOST"),
            (_any(people), "USER"),
        )

    def over(self, text: str) -> str:
        """The text as others may read it."""
        text = _LOGIN.sub("", text)
        for pattern, instead in self._rules:
            text = pattern.sub(instead, text)
        return text


def _any(
    words: Iterable[str], before: str = r"(?<![^\W_])", behind: str = r"(?![^\W_])"
) -> re.Pattern[str]:
    """What finds any of the words, the longest first; names count only where they stand alone."""
    kept = sorted({word for word in words if len(word) > 1}, key=len, reverse=True)
    if not kept:
        return re.compile(r"(?!)")
    one = "|".join(map(re.escape, kept))
    return re.compile(f"{before}(?:{one}){behind}", re.IGNORECASE)
