"""The grammar that chooses rows: what each form means, and that no text breaks it."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grok_tui.errors import UsageError
from grok_tui.monitor.filter import EVERYTHING, MAX_LENGTH, MAX_TERMS, Value, parse

ROW: dict[str, Value] = {
    "id": "20261121-094726-fig1-mjux",
    "title": "A grokked ticket, table 1: p=113",
    "arm": ("dense", "grokked-ticket"),
    "task": "modular-addition",
    "state": ("finished", "grokked"),
    "p": 113,
    "weight_decay": (1.0, 0.1),
    "t_gen": 1141,
    "kept": 0.4,
    "age": 7200.0,
    "tied": True,
    "t_mem": None,
    "log": "grid",
}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "fig1",
        "FIG1",
        '"table 1"',
        "ticket, dense",
        "ticket and dense",
        "p=113",
        "P=113.0",
        "task.p=113",
        "p!=97",
        "p=100..200",
        "p=..113",
        "p=113..",
        "p>=113 p<=113",
        "wd>=0.1",
        "wd=.1",
        "weight-decay=1e0",
        "kept=40%",
        "kept<50%",
        "age=2h",
        "age<1d",
        "t_gen>1.1k",
        "state=grokked",
        "state=finished state=grokked",
        "arm=*ticket",
        "arm=grokked*",
        "arm=*ok*tic*",
        "arm=*",
        "tied=true",
        "tied!=false",
        "t_mem=none",
        "t_gen!=none",
        "never=none",
        "-stopped",
        "-p=97",
        "-t_mem>1",
        "-p!=113",
        '-"table 2"',
        'title="a grokked ticket, table 1: p=113"',
        '"p=113"',
        "absent or fig1",
        "absent or fig1 p=113",
        '"unclosed quote" or "table 1',
    ],
)
def test_what_fits(text: str) -> None:
    assert parse(text).fits(ROW)


@pytest.mark.parametrize(
    "text",
    [
        "fig2",
        "grid",  # words are looked for in names only
        "-fig1",
        '"table  1"',
        "p=97",
        "p!=113",
        "p=114..",
        "p>113",
        "p<113",
        "wd>1",
        "wd=0.5",
        "arm=ticket",
        "arm=*tick",
        "arm=d*d*e*e",
        "state=stopped",
        "t_mem<100",
        "t_mem>=0",
        "t_mem!=none",
        "t_gen=none",
        "title>3",
        "p=abc",
        "tied=1",
        "fig1 absent",
        "fig1 -dense",
        "absent or fig1 p=97",
    ],
)
def test_what_does_not_fit(text: str) -> None:
    assert not parse(text).fits(ROW)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("p>=abc", "“p>=abc” compares with something that is no number"),
        ("p>1..5", "“p>1..5” compares with something that is no number"),
        ("p=", "“p=” lacks what p is compared with"),
        ('p=""', '“p=""” lacks what p is compared with'),
        ("=5", "“=5” lacks the name of a value in front"),
        ("->5", "“->5” lacks the name of a value in front"),
        ("-", "“-” says nothing to look for"),
        ('""', '“""” says nothing to look for'),
        ("or a", "a filter needs something before and after “or”"),
        ("a or", "a filter needs something before and after “or”"),
        ("a or or b", "a filter needs something before and after “or”"),
        ("or", "a filter needs something before and after “or”"),
        ("=\x1b[2J", "“=\ufffd[2J” lacks the name of a value in front"),
        ("y" * 401, "a filter has at most 400 characters; this one has 401"),
        ("y " * 33, "a filter has at most 32 conditions; this one has 33"),
    ],
)
def test_nonsense_is_one_clear_sentence(text: str, problem: str) -> None:
    with pytest.raises(UsageError) as error:
        parse(text)
    assert str(error.value) == problem


def test_names_that_no_row_has_are_refused_with_the_nearest() -> None:
    keys = {"p", "weight_decay", "t_gen"}
    assert parse("wd>=0.1 P=113", keys).fits(ROW)
    with pytest.raises(
        UsageError, match=r"^there is no “tgen” to filter by; did you mean t_gen\?$"
    ):
        parse("tgen>5", keys)
    with pytest.raises(UsageError, match=r"^there is no “zzzzzz” to filter by$"):
        parse("zzzzzz=5", keys)


def test_a_short_name_that_is_a_key_itself_stays() -> None:
    assert parse("rate=2", {"rate"}).fits({"rate": 2, "pruning_rate": 3})
    assert parse("rate=3").fits({"rate": 2, "pruning_rate": 3})


def test_what_leaves_nothing_out_says_so() -> None:
    assert not EVERYTHING
    assert not parse("  ")
    assert not parse("and")
    assert parse(" fig1 ").text == "fig1"
    assert EVERYTHING.fits({})


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
rows = st.dictionaries(st.sampled_from([*ROW, "x"]), scalars | st.tuples(scalars, scalars))
pieces = st.sampled_from(['"', "-", "=", ">=", "!=", "<", "p", "x", "..", "*", "1e999", "nan", " "])
texts = st.text(max_size=60) | st.lists(pieces | st.text(max_size=2), max_size=20).map("".join)


@given(texts, rows)
def test_any_text_is_a_filter_or_a_usage_error(text: str, row: dict[str, Value]) -> None:
    problem = ""
    try:
        assert parse(text).fits(row) in (True, False)
    except UsageError as error:
        problem = str(error)
    assert "\n" not in problem
    assert not problem.endswith(".")


@given(st.sampled_from(["p=113", "wd>=0.1", "fig1", "t_mem=none", "arm=*x*"]), rows)
def test_a_dash_turns_a_condition_around(text: str, row: dict[str, Value]) -> None:
    assert parse(f"-{text}").fits(row) != parse(text).fits(row)


@given(rows)
def test_either_fits_if_one_of_them_does(row: dict[str, Value]) -> None:
    one, other = parse("p>5 x!=3"), parse("wd<=1")
    assert parse("p>5 x!=3 or wd<=1").fits(row) == (one.fits(row) or other.fits(row))


def test_numbers_that_are_none_fit_nothing() -> None:
    for text in ("p>0", "p<=0", "p=0..", "p=1"):
        assert not parse(text).fits({"p": math.nan})
    assert parse("p>1e300").fits({"p": math.inf})


def test_the_limits_are_those_that_are_said() -> None:
    parse("y" * MAX_LENGTH)
    parse("y " * MAX_TERMS)
