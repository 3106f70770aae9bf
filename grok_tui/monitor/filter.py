"""One small grammar for choosing rows: runs in a list, lanes of a comparison, lines of `ls`.

    fig1                 a word: one of the row's names has it in it (see SEARCHED)
    "table 1"            the same with a space, an equals sign or a dash in front
    p=113  arm=*ticket*  a value is that: a number, true or false, or a whole text; * is anything
    wd=0.1..1  t_gen=100..   a number from ... to; either end may be left out
    wd>=0.1  lr<1e-3     more or less: > >= < <=
    model!=mlp           a value is not that
    t_gen=none           a row has no such value; t_gen!=none: it has one
    -stopped  -p=113     not
    a b                  both; `a and b` says the same
    a b or c             either: (a and b) or c

Case does not count. Numbers may end in % (of 1), k (thousands), s, min, h or d (seconds). A value
that is several at once fits if one of them does. What a row lacks is neither more nor less than
anything. Keys are the names of the configuration or the short ones in ALIASES.

    chosen = parse("p=113 wd>=0.1 state=grokked or fig1", RUN_KEYS)   raises UsageError
    chosen.fits({"p": 113, "weight_decay": 1.0, "state": ("finished", "grokked")})
"""

from __future__ import annotations

import math
import operator
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from grok_tui.errors import UsageError
from grok_tui.monitor.text import safe

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

Scalar: TypeAlias = str | float | bool | None
"""A text, a number, true or false, or nothing."""
Value: TypeAlias = Scalar | tuple[Scalar, ...]

MAX_LENGTH = 400
MAX_TERMS = 32
MAX_SHOWN = 40
SEARCHED = ("id", "title", "preset", "task", "model", "arm", "run", "label", "state")
"""The values of a row that words are looked for in."""
ALIASES = {
    "wd": "weight_decay",
    "lr": "learning_rate",
    "fraction": "train_fraction",
    "rate": "pruning_rate",
    "tau": "tau_grok",
    "test": "test_accuracy",
    "best": "best_accuracy",
    "train": "train_accuracy",
    "kind": "task",
    "name": "title",
}
"""Short names of keys. Others are their own: p, width, seeds, arms, steps, state, t_gen, age."""
UNITS = {"%": 0.01, "k": 1e3, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
NOTHING = "none"
_ORDER: dict[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
_TOKEN = re.compile(r'(?:[^\s"]|"[^"]*(?:"|$))+')
_TERM = re.compile(r"(-?)(?:([^\W\d][\w.-]*)(!=|>=|<=|=|>|<))?(.*)", re.DOTALL)
_NUMBER = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)(%|k|s|min|h|d)?", re.ASCII)
_SLACK = 1e-9


@dataclass(frozen=True)
class Term:
    """One condition on a row."""

    text: str
    """What is looked for, in small letters."""
    key: str = ""
    """Of a value; empty: a word."""
    compare: str = "="
    wanted: bool = True
    """False: rows that it fits are left out."""
    low: float = math.nan
    high: float = math.nan
    """What the text means as a number or as a range; NaN: it is none."""

    def fits(self, row: Mapping[str, Value]) -> bool:
        """Whether the row is as wanted."""
        return self._found(row) == self.wanted

    def _found(self, row: Mapping[str, Value]) -> bool:
        if not self.key:
            texts = (one for name in SEARCHED for one in _values(row.get(name)))
            return any(isinstance(one, str) and self.text in one.casefold() for one in texts)
        values = _values(row.get(self.key))
        if self.compare in _ORDER:
            return any(self._in_order(one) for one in values)
        return any(map(self._equals, values)) or (self.text == NOTHING and not values)

    def _in_order(self, value: Scalar) -> bool:
        if isinstance(value, (str, bool)) or value is None:
            return False
        return _ORDER[self.compare](value, self.low)

    def _equals(self, value: Scalar) -> bool:
        if isinstance(value, bool):
            return self.text == ("true" if value else "false")
        if isinstance(value, str):
            return _is_like(self.text, value.casefold())
        if value is None:
            return False
        return self.low - _slack(self.low) <= value <= self.high + _slack(self.high)


@dataclass(frozen=True)
class Filter:
    """What a text chooses. Without alternatives it chooses everything."""

    text: str = ""
    alternatives: tuple[tuple[Term, ...], ...] = ()

    def __bool__(self) -> bool:
        """Whether it leaves anything out at all."""
        return bool(self.alternatives)

    def fits(self, row: Mapping[str, Value]) -> bool:
        """Whether a row, its values by name, is chosen."""
        if not self.alternatives:
            return True
        return any(all(term.fits(row) for term in terms) for terms in self.alternatives)


EVERYTHING = Filter()


def parse(text: str, keys: Collection[str] = ()) -> Filter:
    """What the text chooses; an empty one chooses everything.

    `keys` are the names that rows have: another one is refused; without any none is.
    Raises UsageError, one sentence, for what is not understood.
    """
    if len(text) > MAX_LENGTH:
        raise UsageError(f"a filter has at most {MAX_LENGTH} characters; this one has {len(text)}")
    alternatives: list[list[Term]] = [[]]
    terms = 0
    for token in _TOKEN.findall(text):
        word = token.casefold()
        if word == "or":
            alternatives.append([])
        elif word != "and":
            alternatives[-1].append(_term(token, keys))
            terms += 1
    if terms > MAX_TERMS:
        raise UsageError(f"a filter has at most {MAX_TERMS} conditions; this one has {terms}")
    if len(alternatives) > 1 and not all(alternatives):
        raise UsageError("a filter needs something before and after “or”")
    return Filter(text.strip(), tuple(map(tuple, alternatives)) if terms else ())


def _term(token: str, keys: Collection[str]) -> Term:
    """One condition. Raises UsageError."""
    no, name, compare, rest = _TERM.findall(token)[0]
    text = rest.replace('"', "").casefold()
    if not name:
        if not text:
            raise UsageError(f"“{safe(token, MAX_SHOWN)}” says nothing to look for")
        if rest.startswith(("=", "<", ">", "!=")):
            raise UsageError(f"“{safe(token, MAX_SHOWN)}” lacks the name of a value in front")
        return Term(text, wanted=not no)
    key = _key(name, keys)
    if not text:
        raise UsageError(f"“{safe(token, MAX_SHOWN)}” lacks what {name} is compared with")
    low, high = _span(text)
    if compare in _ORDER and not low == high:
        raise UsageError(f"“{safe(token, MAX_SHOWN)}” compares with something that is no number")
    if compare == "!=":
        return Term(text, key, "=", bool(no), low, high)
    return Term(text, key, compare, not no, low, high)


def _key(name: str, keys: Collection[str]) -> str:
    """The whole name of a key. Raises UsageError for one that no row has."""
    short = name.casefold().rpartition(".")[2].replace("-", "_")
    key = short if short in keys else ALIASES.get(short, short)
    if keys and key not in keys:
        import difflib

        near = difflib.get_close_matches(short, [*keys, *ALIASES], 1)
        meant = f"; did you mean {near[0]}?" if near else ""
        raise UsageError(f"there is no “{safe(name, MAX_SHOWN)}” to filter by{meant}")
    return key


def _span(text: str) -> tuple[float, float]:
    """The numbers from which to which a text goes; NaN and NaN if it is neither one nor two."""
    first, dots, last = text.partition("..")
    low = _number(first) if first or not dots else -math.inf
    high = low if not dots else _number(last) if last else math.inf
    return (math.nan, math.nan) if math.isnan(low) or math.isnan(high) else (low, high)


def _number(text: str) -> float:
    found = _NUMBER.fullmatch(text)
    return float(found[1]) * UNITS.get(found[2] or "", 1.0) if found else math.nan


def _slack(number: float) -> float:
    """How far a value may be from a number that was typed: what rounding costs."""
    return abs(number) * _SLACK if math.isfinite(number) else 0.0


def _is_like(pattern: str, text: str) -> bool:
    """Whether the text is the pattern, in which * stands for anything."""
    first, *pieces = pattern.split("*")
    if not pieces:
        return text == pattern
    last = pieces.pop()
    at, end = len(first), len(text) - len(last)
    if not (text.startswith(first) and text.endswith(last) and at <= end):
        return False
    for piece in pieces:
        at = text.find(piece, at, end) + len(piece)
        if at < len(piece) or at > end:
            return False
    return True


def _values(value: Value) -> tuple[Scalar, ...]:
    """Each of the values; none of nothing."""
    if isinstance(value, tuple):
        return tuple(one for one in value if one is not None)
    return () if value is None else (value,)
