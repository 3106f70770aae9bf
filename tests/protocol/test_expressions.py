"""Polynomials as a preset spells them, and what is none of them."""

from __future__ import annotations

import contextlib
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grok_tui.protocol import expressions
from grok_tui.protocol.expressions import MAX_DEGREE, parse
from grok_tui.protocol.tasks import ModularPolynomial


def value(text: str, x: int, y: int) -> int:
    return sum(factor * x**i * y**j for (i, j), factor in parse(text).terms.items())


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("x", {(1, 0): 1}),
        ("x + y", {(1, 0): 1, (0, 1): 1}),
        ("x^2 + x*y + y^2", {(2, 0): 1, (1, 1): 1, (0, 2): 1}),
        ("x**3 + xy", {(3, 0): 1, (1, 1): 1}),
        ("(x+y)^2 + 2y", {(2, 0): 1, (1, 1): 2, (0, 2): 1, (0, 1): 2}),
        ("(x+y)(x-y)", {(2, 0): 1, (0, 2): -1}),
        ("2x^2y", {(2, 1): 2}),
        ("-x^2", {(2, 0): -1}),
        ("3 - -x*-2", {(0, 0): 3, (1, 0): -2}),
        ("x - x", {}),
        ("0", {}),
        ("2^10", {(0, 0): 1024}),
        ("((x))^0", {(0, 0): 1}),
        ("\t x  ^ 2 ", {(2, 0): 1}),
    ],
)
def test_a_polynomial_is_multiplied_out(text: str, terms: dict[tuple[int, int], int]) -> None:
    assert parse(text).terms == terms


@pytest.mark.parametrize(
    "text", ["x+y", "xy", "x^2+xy+y^2", "(x+y)^2", "(x-y)^2", "7", "(x-y)(y-x)", "x-x"]
)
def test_a_symmetric_polynomial_is_known(text: str) -> None:
    assert parse(text).symmetric
    assert not ModularPolynomial(expression=text).ordered


@pytest.mark.parametrize("text", ["x-y", "x", "x^2+xy+y^2+x", "x^3+xy", "2x^2+xy+y^2"])
def test_a_polynomial_that_is_not_symmetric_is_known(text: str) -> None:
    assert not parse(text).symmetric
    assert ModularPolynomial(expression=text).ordered


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "it ends after character 0; expected a number, x, y or a bracket"),
        ("x +", "it ends after character 3; expected a number, x, y or a bracket"),
        ("x + z", "'z' at character 5; expected numbers, x, y, + - * ^ and brackets"),
        ("x / y", "'/' at character 3; expected numbers, x, y, + - * ^ and brackets"),
        ("1.5x", "'.' at character 2; expected numbers, x, y, + - * ^ and brackets"),
        ("x²", "'²' at character 2; expected numbers, x, y, + - * ^ and brackets"),
        ("x\ny", r"'\n' at character 2; expected numbers, x, y, + - * ^ and brackets"),
        ("x2", "2 at character 2; expected + - * or ^ before it"),
        ("2 3", "3 at character 3; expected + - * or ^ before it"),
        ("(x 2)", "2 at character 4; expected + - * or ^ before it"),
        ("x * * y", "* at character 5; expected a number, x, y or a bracket"),
        ("()", ") at character 2; expected a number, x, y or a bracket"),
        ("2(x + y", "the bracket at character 2 is never closed"),
        ("x + y)", "a bracket is closed at character 6 that was never opened"),
        ("x^y", "the exponent at character 3 is no whole number; expected one"),
        ("x^-1", "the exponent at character 3 is no whole number; expected one"),
        ("x^", "the exponent at character 3 is no whole number; expected one"),
        ("x^2^2", "a power of a power at character 4; expected brackets"),
        ("x^17", "the exponent at character 3 is too large; expected at most 16"),
        ("x^" + "9" * 190, "the exponent at character 3 is too large; expected at most 16"),
        ("x^8 * x^8 * y", "the degree is too large at character 11; expected at most 16"),
        ("((x+y)^64)^64", "the exponent at character 8 is too large; expected at most 16"),
        ("((x+y)^16)^16", "the degree is too large at character 12; expected at most 16"),
        ("9" * 13, "a number is too large at character 1; expected at most 1000000000000"),
        ("(9^12)^12", "a number is too large at character 8; expected at most 1000000000000"),
        ("(" * 17 + "x", "too many brackets at character 17; expected at most 16 deep"),
        ("x+" * 100 + "x", "201 characters; expected at most 200"),
    ],
)
def test_what_is_no_polynomial_is_refused_in_one_sentence(text: str, problem: str) -> None:
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the sentence is compared whole
        parse(text)
    assert str(error.value) == problem
    assert ModularPolynomial(expression=text).ordered


@given(st.text(alphabet="xy0123456789+-*^() /z.²", max_size=40))
def test_any_text_is_read_or_refused_by_a_sentence(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert 0 not in parse(text).terms.values()


def test_a_polynomial_means_what_it_says() -> None:
    drawn = random.Random(0)
    for _ in range(500):
        x, y = drawn.randint(-9, 9), drawn.randint(-9, 9)
        text, wanted = spelled(drawn, x, y, depth=3)
        assert value(text, x, y) == wanted, text


def spelled(drawn: random.Random, x: int, y: int, depth: int) -> tuple[str, int]:
    """A polynomial in brackets and its value."""
    if depth == 0:
        number = drawn.randint(0, 9)
        return drawn.choice([("x", x), ("y", y), (str(number), number)])
    (left, one), (right, other) = (spelled(drawn, x, y, depth - 1) for _ in range(2))
    exponent = drawn.randint(0, 2)
    return drawn.choice(
        [
            (f"({left} + {right})", one + other),
            (f"({left}-{right})", one - other),
            (f"({left}*-{right})", -one * other),
            (f"(-({left})({right}))", -one * other),
            (f"(-({left})^{exponent})", -(one**exponent)),
        ]
    )


def test_the_largest_polynomial_that_can_be_spelled_stays_within_its_limits() -> None:
    product = "(x+y+1)^16"
    largest = "+".join([product] * (expressions.MAX_LENGTH // (len(product) + 1)))
    terms = parse(largest).terms
    assert terms[0, 0] == 18
    assert len(terms) == 153
    assert max(i + j for i, j in terms) == MAX_DEGREE
