"""The table of claims: every row has its runs, in both variants, and answers to its names."""

from __future__ import annotations

import pytest

from grok_tui.errors import UsageError
from grok_tui.monitor.reproduction import rows, runs
from grok_tui.monitor.reproduction.pictures.gallery import PICTURES
from grok_tui.monitor.reproduction.rows import ROWS
from grok_tui.protocol import presets

FIGURES = {
    *(f"fig{number}" for number in (1, 3, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 19, 20)),
    *("fig2a", "fig2b", "fig2c", "fig2d", "fig2e", "fig3a", "fig3b", "fig4a", "fig4b"),
    *("fig5a", "fig5b", "fig17a", "fig17b", "table1"),
    *("v1-delay", "v1-transition-ticket", "v1-appendix-e", "v1-pruning-rates", "v1-no-decay"),
    *("v2-norm", "v2-no-decay", "v2-pruning-at-initialisation"),
}
WITHOUT_RUNS = {"extra-noise"}


def test_every_figure_and_claim_has_a_row() -> None:
    assert FIGURES - {figure for row in ROWS for figure in row.figures} == set()


def test_each_row_has_a_name_of_its_own() -> None:
    names = [row.name for row in ROWS]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("variant", ["", "-paper"])
def test_every_name_is_a_preset_in_both_variants(variant: str) -> None:
    names = {figure for row in ROWS for figure in row.figures} - WITHOUT_RUNS
    for name in sorted(names):
        presets.load(f"{name}{variant}")


@pytest.mark.parametrize("variant", ["fast", "paper"])
def test_every_run_of_a_row_is_a_preset(variant: runs.Variant) -> None:
    wanted = runs.wanted(ROWS, variant, "3")
    answered = {preset for one in wanted for preset in one.presets}
    assert answered == {preset for row in ROWS for preset in row.presets}


def test_a_figure_s_own_preset_is_the_run_that_its_row_rests_on() -> None:
    """`run fig5a` trains what `reproduce fig5a` looks for."""
    for row in ROWS:
        if row.presets:
            named = runs.essence(presets.load(row.name)[0])
            assert named in {runs.essence(presets.load(preset)[0]) for preset in row.presets}


def test_rows_that_need_the_same_lanes_share_a_run() -> None:
    shared = [row.name for row in ROWS if row.presets == ("fig1",)]
    assert shared == ["fig1", "fig1-right", "fig5a", "fig5b", "fig6", "fig8", "fig18"]


def test_a_rule_has_words_and_a_row_without_one_only_reports() -> None:
    asked = [row for row in ROWS if row.wanted]
    assert len(asked) == 23
    assert all(row.claim.endswith((".", "?")) and row.paper for row in ROWS)


def test_every_row_with_runs_has_a_picture() -> None:
    assert set(PICTURES) == {row.name for row in ROWS if row.presets}


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        (["fig1"], ["fig1"]),
        (["fig14"], ["fig5b"]),
        (["FIG5"], ["fig5a", "fig5b"]),
        (["fig5b", "fig1"], ["fig1", "fig5b"]),
        (["table1"], ["table1", "table1-graphs"]),
        (["v1-appendix-e"], ["fig8"]),
    ],
)
def test_rows_are_found_by_any_of_their_names(asked: list[str], names: list[str]) -> None:
    assert [row.name for row in rows.find(asked)] == names


def test_no_name_is_all_rows() -> None:
    assert rows.find([]) == ROWS


@pytest.mark.parametrize("name", ["fig21", "fig", "", "fig1.", "FIG1-LEFT"])
def test_what_is_no_figure_is_one_sentence(name: str) -> None:
    with pytest.raises(UsageError, match="no such figure; expected one of"):
        rows.find([name])
