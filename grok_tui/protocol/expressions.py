"""Polynomials in x and y as a preset spells them.

sum     = product { product }               each after the first begins with a sign
product = signed { "*" signed | power }     without "*" only before x, y and brackets
signed  = { "+" | "-" } power
power   = atom [ ("^" | "**") number ]
atom    = number | "x" | "y" | "(" sum ")"
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NoReturn

MAX_LENGTH = 200
MAX_DEPTH = 16
"""Brackets within brackets."""
MAX_DEGREE = 16
"""Of every part, and so of an exponent: what is added, too, is multiplied out first."""
MAX_COEFFICIENT = 10**12

_TOKEN = re.compile(r"(?P<number>[0-9]+)|\*\*|[-+*^()xy]")
_BLANK = re.compile(r"[ \t]*")
_WANTED = "expected numbers, x, y, + - * ^ and brackets"

Terms = dict[tuple[int, int], int]


@dataclass(frozen=True)
class Polynomial:
    """Coefficient of x^i y^j by (i, j), none of them zero."""

    terms: Terms

    @property
    def symmetric(self) -> bool:
        """Whether f(x, y) = f(y, x) as polynomials."""
        return all(self.terms.get((j, i)) == factor for (i, j), factor in self.terms.items())


@lru_cache(maxsize=64)
def parse(text: str) -> Polynomial:
    """The polynomial, multiplied out.

    Raises ValueError with a sentence that says at which character, from 1, it cannot be read.
    """
    if len(text) > MAX_LENGTH:
        raise ValueError(f"{len(text)} characters; expected at most {MAX_LENGTH}")
    return Polynomial(_Reading(text).whole())


class _Reading:
    """One pass over a text; each method reads a rule of the grammar and multiplies it out."""

    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._next = 0
        self._depth = 0

    def whole(self) -> Terms:
        terms = self._sum()
        token, at = self._token
        if token == ")":
            _refuse(f"a bracket is closed at character {at} that was never opened")
        if token:
            _refuse(f"{token} at character {at}; expected + - * or ^ before it")
        return terms

    @property
    def _token(self) -> tuple[str, int]:
        """The token that is next and the character where it begins."""
        return self._tokens[self._next]

    def _take(self, *wanted: str) -> str:
        """The next token, gone past, if it is one of these; else nothing."""
        token, _ = self._token
        if token not in wanted:
            return ""
        self._next += 1
        return token

    def _sum(self) -> Terms:
        terms = self._product()
        while self._token[0] in ("+", "-"):
            terms = _added(terms, self._product())
        return terms

    def _product(self) -> Terms:
        terms = self._signed()
        while self._token[0] in ("*", "x", "y", "("):
            at = self._token[1]
            factor = self._signed() if self._take("*") else self._power()
            terms = _multiplied(terms, factor, at)
        return terms

    def _signed(self) -> Terms:
        factor = 1
        while sign := self._take("+", "-"):
            factor = -factor if sign == "-" else factor
        return {key: factor * number for key, number in self._power().items()}

    def _power(self) -> Terms:
        base = self._atom()
        if not self._take("^", "**"):
            return base
        exponent, at = self._token
        if not exponent.isdigit():
            _refuse(f"the exponent at character {at} is no whole number; expected one")
        if int(exponent) > MAX_DEGREE:
            _refuse(f"the exponent at character {at} is too large; expected at most {MAX_DEGREE}")
        self._next += 1
        if self._token[0] in ("^", "**"):
            _refuse(f"a power of a power at character {self._token[1]}; expected brackets")
        terms: Terms = {(0, 0): 1}
        for _ in range(int(exponent)):
            terms = _multiplied(terms, base, at)
        return terms

    def _atom(self) -> Terms:
        token, at = self._token
        if token == "(":
            return self._bracket()
        if not token:
            _refuse(f"it ends after character {at - 1}; expected a number, x, y or a bracket")
        if token not in ("x", "y") and not token.isdigit():
            _refuse(f"{token} at character {at}; expected a number, x, y or a bracket")
        self._next += 1
        if token in ("x", "y"):
            return {(1, 0) if token == "x" else (0, 1): 1}
        return _checked({(0, 0): int(token)}, at)

    def _bracket(self) -> Terms:
        _, opened = self._token
        self._depth += 1
        if self._depth > MAX_DEPTH:
            _refuse(f"too many brackets at character {opened}; expected at most {MAX_DEPTH} deep")
        self._next += 1
        terms = self._sum()
        if not self._take(")"):
            self._unclosed(opened)
        self._depth -= 1
        return terms

    def _unclosed(self, opened: int) -> NoReturn:
        token, at = self._token
        if token:
            _refuse(f"{token} at character {at}; expected + - * or ^ before it")
        _refuse(f"the bracket at character {opened} is never closed")


def _tokens(text: str) -> list[tuple[str, int]]:
    """Tokens with the characters where they begin, from 1, and an empty one at the end."""
    found, at = [], 0
    while (at := _blanks(text, at)) < len(text):
        token = _TOKEN.match(text, at)
        if token is None:
            _refuse(f"{text[at]!r} at character {at + 1}; {_WANTED}")
        found.append((token[0], at + 1))
        at = token.end()
    return [*found, ("", at + 1)]


def _blanks(text: str, at: int) -> int:
    blank = _BLANK.match(text, at)
    return at if blank is None else blank.end()


def _added(left: Terms, right: Terms) -> Terms:
    terms = dict(left)
    for key, factor in right.items():
        terms[key] = terms.get(key, 0) + factor
    return {key: factor for key, factor in terms.items() if factor}


def _multiplied(left: Terms, right: Terms, at: int) -> Terms:
    if _degree(left) + _degree(right) > MAX_DEGREE:
        _refuse(f"the degree is too large at character {at}; expected at most {MAX_DEGREE}")
    terms: Terms = {}
    for (i, j), one in left.items():
        for (k, m), other in right.items():
            terms[i + k, j + m] = terms.get((i + k, j + m), 0) + one * other
    return _checked(terms, at)


def _degree(terms: Terms) -> int:
    return max((i + j for i, j in terms), default=0)


def _checked(terms: Terms, at: int) -> Terms:
    if any(abs(factor) > MAX_COEFFICIENT for factor in terms.values()):
        _refuse(f"a number is too large at character {at}; expected at most {MAX_COEFFICIENT}")
    return {key: factor for key, factor in terms.items() if factor}


def _refuse(problem: str) -> NoReturn:
    raise ValueError(problem)
