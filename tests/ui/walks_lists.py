"""What the keys of lists, dialogs and the application do, row by row of the key table."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

from textual.command import CommandPalette
from textual.widgets import Input

from grok_tui.ui.screens.compare import Compare
from grok_tui.ui.screens.demo import Demo
from grok_tui.ui.screens.figure import Figure
from grok_tui.ui.screens.launcher import Launcher
from grok_tui.ui.screens.runs import Runs
from grok_tui.ui.widgets.claims import ClaimsView
from grok_tui.ui.widgets.diff import DiffView
from grok_tui.ui.widgets.fields import SearchField
from grok_tui.ui.widgets.grouptable import GroupTable
from tests.ui.walking import Check, Walk, becomes, changes, closes, opens, writes

if TYPE_CHECKING:
    from textual.screen import Screen


def of(walk: Walk, kind: type[Any]) -> Any:
    """The screen on top, which is of this kind, or the widget of this kind on it."""
    screen: Screen[Any] = walk.app.screen
    return screen if isinstance(screen, kind) else screen.query_one(kind)


def chosen(walk: Walk) -> str:
    """The run under the cursor."""
    one = of(walk, Runs).chosen()
    return one.run.id if one else ""


def marks(walk: Walk) -> set[str]:
    return set(of(walk, Runs)._marked)


def order(walk: Walk) -> object:
    return of(walk, Runs)._order


def groups(walk: Walk) -> GroupTable:
    return of(walk, GroupTable)  # type: ignore[no-any-return]


def draft(walk: Walk) -> Any:
    return of(walk, Launcher).draft


def claim(walk: Walk) -> int:
    return of(walk, ClaimsView)._cursor  # type: ignore[no-any-return]


def sent(walk: Walk) -> list[str]:
    return [command for _, command in walk.trainers.sent]


# The list of runs


async def to(walk: Walk, at: int) -> None:
    """The cursor to one of the two runs, wherever it stands by now."""
    await walk.press("home")
    if chosen(walk) != walk.runs[at].id:
        await walk.press("down")


async def run_stop(walk: Walk) -> None:
    await to(walk, 0)
    await walk.press("K", "y")
    assert sent(walk) == ["stop"]


async def run_pause(walk: Walk) -> None:
    await to(walk, 0)
    await walk.press("P")
    assert sent(walk)[-1] == "pause"


async def run_resume(walk: Walk) -> None:
    await to(walk, 1)
    await walk.press("R")
    assert walk.trainers.resumed == [walk.runs[1].id]


async def run_fork(walk: Walk) -> None:
    await to(walk, 1)
    await walk.press("F", "y")
    assert [name for name, _ in walk.trainers.forked] == [walk.runs[1].id]


async def run_copy(walk: Walk) -> None:
    await walk.press("Y")
    assert walk.app.clipboard == chosen(walk)
    await walk.press("Y")
    assert walk.app.clipboard.startswith("grok-tui run /")
    assert walk.app.clipboard.endswith(f"/{chosen(walk)}/config.toml")


async def run_archive(walk: Walk) -> None:
    run = walk.runs[1]
    await to(walk, 1)
    await walk.press("delete", "y")
    assert not run.path.exists()
    (kept,) = run.path.parent.rglob(f"*/{run.id}")
    shutil.move(kept, run.path)
    await walk.press("r")


async def run_refresh(walk: Walk) -> None:
    before = of(walk, Runs)._found
    shutil.copytree(walk.runs[1].path, walk.runs[1].path.with_name("20261121-120000-new-aaaa"))
    await walk.press("r")
    await walk.until(lambda: len(of(walk, Runs)._found) == len(before) + 1)
    shutil.rmtree(walk.runs[1].path.with_name("20261121-120000-new-aaaa"))


async def run_filter(walk: Walk) -> None:
    await walk.press("slash", *"another", "enter")
    assert "quickstart-abcb" not in walk.text
    await walk.press("escape")


async def run_back(walk: Walk) -> None:
    await walk.press("space", "escape")
    assert not marks(walk)
    await walk.press("escape")
    assert walk.top != "runs"


async def run_differ(walk: Walk) -> None:
    await walk.press("escape", "home", "space", "end", "space", "D")
    assert walk.top == "diff"
    await walk.press("escape")


async def run_clone(walk: Walk) -> None:
    await walk.press(*walk.key.names)
    assert walk.top == "launcher"
    await walk.press("1")


RUNS: dict[str, Check] = {
    "runs.open": opens("live"),
    "runs.filter": run_filter,
    "runs.mark": changes(marks),
    "runs.compare": opens("compare"),
    "runs.differ": run_differ,
    "runs.sort": changes(order),
    "runs.sort_before": changes(order),
    "runs.order": changes(order),
    "runs.stop": run_stop,
    "runs.pause": run_pause,
    "runs.resume": run_resume,
    "runs.clone": run_clone,
    "runs.edit": run_clone,
    "runs.copy": run_copy,
    "runs.fork": run_fork,
    "runs.archive": run_archive,
    "runs.down": changes(chosen, "home"),
    "runs.up": changes(chosen, "end"),
    "runs.page": changes(chosen, "home"),
    "runs.page_before": changes(chosen, "end"),
    "runs.first": changes(chosen, "end"),
    "runs.last": changes(chosen, "home"),
    "runs.refresh": run_refresh,
    "runs.back": run_back,
    "diff.down": changes(lambda walk: of(walk, DiffView).scroll_offset.y),
    "diff.up": changes(lambda walk: of(walk, DiffView).scroll_offset.y),
    "diff.close": closes("D"),
}

# The launcher


async def start(walk: Walk) -> None:
    for count, name in enumerate(walk.key.names, start=1):
        await walk.press(name)
        await walk.until(lambda: walk.top == "live")
        assert len(walk.trainers.started) == count
        shutil.rmtree(next(walk.runs[0].path.parent.glob("*-news")))
        while walk.top != "launcher":  # out of its panes, then out of it
            await walk.press("escape")


async def pick(walk: Walk) -> None:
    was = walk.app.focused
    await walk.press("enter")
    assert walk.app.focused is not was
    assert walk.app.focused is not None
    assert walk.app.focused.id == "start"


async def tick(walk: Walk) -> None:
    walk.app.screen.set_focus(walk.app.screen.query_one("#arms"))
    await changes(lambda walk: draft(walk).arms)(walk)


async def search(walk: Walk) -> None:
    await walk.press("slash", *"slow")
    assert "slow" in walk.text
    assert "quickstart" not in walk.text.splitlines()[3]
    await walk.press("escape")


async def to_values(walk: Walk) -> None:
    for name in walk.key.names:
        await walk.press(name)
        assert isinstance(walk.app.focused, Input), walk.text
        await walk.press("escape")


async def edit(walk: Walk) -> None:
    asked: list[object] = []
    of(walk, Launcher)._desk.edit = lambda *given: asked.append(given)
    await walk.press("E")
    assert len(asked) == 1


async def reset(walk: Walk) -> None:
    await walk.press("v", "end", "1", "escape")
    assert draft(walk).changed
    await walk.press("0")
    assert not draft(walk).changed


async def demo(walk: Walk) -> None:
    await walk.press("D")
    assert isinstance(walk.app.screen, Demo)
    await walk.press("escape", "escape")
    assert walk.top == "launcher"


async def out(walk: Walk) -> None:
    await walk.press("v", "escape")
    assert walk.app.focused is not None
    assert walk.app.focused.id == "experiments"


LAUNCHER: dict[str, Check] = {
    "launcher.start": start,
    "launcher.pick": pick,
    "launcher.tick": tick,
    "launcher.search": search,
    "launcher.values": to_values,
    "launcher.more": to_values,
    "launcher.edit": edit,
    "launcher.save": opens("naming"),
    "launcher.device": opens("pick"),
    "launcher.reset": reset,
    "launcher.demo": demo,
    "launcher.out": out,
}

# Several runs, and the tour


async def compare_filter(walk: Walk) -> None:
    await walk.press("slash", *"ticket", "enter")
    assert {row.group.arm for row in groups(walk).rows} == {"grokked-ticket"}
    await walk.press("slash", "backspace", "enter")
    assert len(groups(walk).rows) > 1


async def compare_back(walk: Walk) -> None:
    if of(walk, Compare).query_one(DiffView).display:
        await walk.press("D")
    await walk.press("slash", "escape")
    assert walk.top == "compare"
    assert not of(walk, SearchField).display
    await walk.press("escape")
    assert walk.top == "runs"


COMPARE: dict[str, Check] = {
    "compare.diff": changes(lambda walk: of(walk, Compare).query_one(DiffView).display),
    "compare.filter": compare_filter,
    "compare.back": compare_back,
    "groups.down": changes(lambda walk: groups(walk)._here),
    "groups.up": changes(lambda walk: groups(walk)._here),
    "groups.show": changes(lambda walk: groups(walk)._selection.hidden),
    "groups.isolate": changes(lambda walk: groups(walk)._selection.hidden),
    "groups.pin": changes(lambda walk: groups(walk)._selection.pinned),
    "groups.base": changes(lambda walk: groups(walk).base),
    "groups.sort": changes(lambda walk: groups(walk)._column),
    "groups.sort_before": changes(lambda walk: groups(walk)._column),
    "groups.order": changes(lambda walk: groups(walk)._descending),
    "groups.export": writes("groups.csv"),
    "tour.next": changes(lambda walk: of(walk, Demo).query_one("#tour").at),
    "tour.before": changes(lambda walk: of(walk, Demo).query_one("#tour").at),
    "tour.end": changes(lambda walk: len(of(walk, Demo).query("#tour"))),
}

# The claims


async def claim_run(walk: Walk) -> None:
    await walk.press("home", "enter")
    assert "no run of it yet" in walk.said


async def claim_start(walk: Walk) -> None:
    await walk.press("S")
    await walk.until(lambda: walk.top == "pick")
    await walk.press("escape")


async def figure(walk: Walk) -> None:
    await walk.press("end", "o")
    assert walk.top == "figure"
    await walk.press("escape")


def asks(method: str) -> Check:
    """Each key of the row has this done by the screen on top."""

    async def check(walk: Walk) -> None:
        asked: list[object] = []
        setattr(walk.app.screen, method, lambda *given: asked.append(given))
        await walk.press(*walk.key.names)
        delattr(walk.app.screen, method)
        assert len(asked) == len(walk.key.names)

    return check


CLAIMS: dict[str, Check] = {
    "claims.open": claim_run,
    "claims.start": claim_start,
    "claims.figure": figure,
    "claims.variant": changes(lambda walk: walk.app.screen._variant),  # type: ignore[attr-defined]
    "claims.down": changes(claim, "home"),
    "claims.up": changes(claim, "end"),
    "claims.page": changes(claim, "home"),
    "claims.page_before": changes(claim, "end"),
    "claims.first": becomes(claim, 0, "end"),
    "claims.last": changes(claim, "home"),
    "claims.refresh": asks("read"),
    "figure.next": changes(lambda walk: of(walk, Figure)._panels.chosen),
    "figure.before": changes(lambda walk: of(walk, Figure)._panels.chosen),
    "figure.run": changes(lambda walk: of(walk, Figure)._shown),
    "figure.run_before": changes(lambda walk: of(walk, Figure)._shown),
    "figure.close": closes("o"),
}

# Dialogs, and what works everywhere


async def typed(walk: Walk) -> None:
    await walk.press(*"7", "enter")
    assert walk.top != "ask", walk.text
    await walk.press("A")


async def next_field(walk: Walk) -> None:
    await changes(lambda walk: walk.app.focused)(walk)


async def named(walk: Walk) -> None:
    await walk.press(*"mine", "enter")
    assert walk.top != "naming", walk.text
    await walk.press("w")


async def yes(walk: Walk) -> None:
    for count, name in enumerate(walk.key.names, start=1):
        await walk.press(name)
        assert sent(walk) == ["stop"] * count
        await walk.press("K")


async def redraw(walk: Walk) -> None:
    asked: list[object] = []
    walk.app.screen.refresh = lambda *given, **named: asked.append(given)  # type: ignore[method-assign, assignment]
    await walk.press("ctrl+l")
    del walk.app.screen.refresh
    assert asked


async def suspend(walk: Walk) -> None:
    asked: list[int] = []
    walk.app.action_suspend_process = lambda: asked.append(1)  # type: ignore[method-assign]
    await walk.press("ctrl+z")
    assert asked


async def leave(walk: Walk) -> None:
    left: list[object] = []
    walk.app.exit = lambda *given, **named: left.append(named)  # type: ignore[method-assign]
    await walk.press("1", "q")
    assert walk.top == "live"
    assert not left
    await walk.press("q")
    assert left
    assert "goes on training" in walk.app.parting


async def palette(walk: Walk) -> None:
    for name in walk.key.names:
        await walk.press(name)
        assert isinstance(walk.app.screen, CommandPalette)
        await walk.press("escape")


async def one_out(walk: Walk) -> None:
    await walk.press("7", "escape")
    assert walk.top == "live"


DIALOGS: dict[str, Check] = {
    "ask.take": typed,
    "ask.close": closes("A"),
    "ticket.take": next_field,
    "ticket.close": closes("t"),
    "naming.save": named,
    "naming.close": closes("w"),
    "pick.take": closes("d"),
    "pick.close": closes("d"),
    "confirm.yes": yes,
    "confirm.no": closes("K"),
    "help.close": closes("question_mark"),
    "everywhere.runs": opens("runs"),
    "everywhere.claims": opens("claims"),
    "everywhere.new": opens("launcher"),
    "everywhere.panes": changes(lambda walk: walk.app.focused),
    "everywhere.help": opens("help"),
    "everywhere.palette": palette,
    "everywhere.redraw": redraw,
    "everywhere.mute": changes(lambda walk: walk.app.mute.on),
    "everywhere.suspend": suspend,
    "everywhere.theme": changes(lambda walk: walk.app.theme),
    "everywhere.out": one_out,
    "everywhere.leave": leave,
}
CHECKS = RUNS | LAUNCHER | COMPARE | CLAIMS | DIALOGS
