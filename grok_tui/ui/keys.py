"""The keys: one table that bindings, the key bar, help, the palette and the tests are made from.

A screen takes `BINDINGS = bindings("live")` and has an `action_…` for each action named here; an
action that starts with `app.` is the application's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.binding import Binding, BindingType

if TYPE_CHECKING:
    from collections.abc import Collection

_SHOWN = {
    "question_mark": "?",
    "colon": ":",
    "slash": "/",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "enter": "Enter",
    "space": "Space",
    "escape": "Esc",
    "full_stop": ".",
    "comma": ",",
    "exclamation_mark": "!",
    "apostrophe": "'",
    "plus": "+",
    "equals_sign": "=",
    "minus": "-",
    "delete": "Del",
    "tab": "Tab",
    "shift+tab": "⇧Tab",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "home": "Home",
    "end": "End",
    "f1": "F1",
    "f5": "F5",
}


SHOWN, OWN = 6, 3
"""Keys in the key bar, and those among them of what has the focus."""
HELP = "everywhere.help"
FIRST = frozenset({"tour"})
"""Sections whose keys come before those of what has the focus."""


@dataclass(frozen=True)
class Key:
    """One entry of the table."""

    id: str
    """Names the binding, for a keymap: `screen.what`."""
    keys: str
    """Textual's names of the keys that do it, with commas between them."""
    action: str
    """What is run, with its arguments; empty where the focused list or field does it by itself."""
    label: str
    """One word for the key bar."""
    help: str
    """What it does, in a line."""
    footer: bool = False
    """Whether the key bar shows it."""

    @property
    def screen(self) -> str:
        """The screen or pane that it works on, or `everywhere`."""
        return self.id.partition(".")[0]

    @property
    def names(self) -> list[str]:
        """Textual's name of each key."""
        return self.keys.split(",")

    @property
    def shown(self) -> str:
        """The keys as a person writes them: "? F1"."""
        return " ".join(shown(name) for name in self.names)


def shown(name: str) -> str:
    """One of Textual's key names as it stands on a keyboard."""
    if name.startswith("ctrl+"):
        return "^" + name[5:]
    if name.startswith("shift+") and name not in _SHOWN:
        return "⇧" + shown(name[6:])
    return _SHOWN.get(name, name)


TABLE: tuple[Key, ...] = (
    # The launcher
    Key("launcher.start", "S,f5", "start", "Start", "Start training what is shown.", True),
    Key("launcher.pick", "enter", "", "Pick", "Take what the cursor is on and go on."),
    Key("launcher.tick", "space", "", "Tick", "Tick an arm, and what it depends on."),
    Key("launcher.search", "slash", "search", "Search", "Look for words in all lists.", True),
    Key("launcher.values", "v", "values", "Values", "Go to the values to change them.", True),
    Key("launcher.more", "V", "more", "More", "Show all values, or fold them away."),
    Key("launcher.edit", "E", "edit", "Edit", "Edit all of it as TOML in $EDITOR.", True),
    Key("launcher.save", "w", "save", "Save", "Save it as a preset of your own."),
    Key("launcher.device", "d", "device", "Device", "Choose where it trains."),
    Key("launcher.reset", "0", "reset", "Reset", "Back to what the preset says."),
    Key("launcher.demo", "D", "app.demo", "Demo", "What grokking is, on a recorded run."),
    Key("launcher.out", "escape", "out", "Out", "From a field to the list, else one layer out."),
    # The list of runs
    Key("runs.open", "enter", "open", "Open", "Open the run: watch it, or replay its log.", True),
    Key("runs.filter", "slash", "filter", "Filter", "Choose runs: p=113 wd>=0.1 -stopped.", True),
    Key("runs.mark", "space", "mark", "Mark", "Mark it for comparing, or no more.", True),
    Key("runs.compare", "3", "compare", "Compare", "The marked runs side by side.", True),
    Key("runs.differ", "D", "differ", "Diff", "What differs between the marked runs."),
    Key("runs.sort", "full_stop", "sort(1)", "Sort", "Sort by the next column."),
    Key("runs.sort_before", "comma", "sort(-1)", "Before", "Sort by the column before."),
    Key("runs.order", "o", "order", "Order", "Turn the order round."),
    Key("runs.stop", "K", "stop", "Stop", "Stop it at the next step, with a checkpoint."),
    Key("runs.pause", "P", "pause", "Pause", "Pause it, or let it go on."),
    Key("runs.resume", "R", "resume", "Resume", "Take a stopped run on from its checkpoint."),
    Key("runs.clone", "c", "clone", "Clone", "Into the launcher, to change and start it."),
    Key("runs.edit", "E", "edit", "Edit", "Its configuration in $EDITOR, as a new run."),
    Key("runs.copy", "Y", "copy", "Copy", "Copy its id."),
    Key("runs.archive", "delete", "archive", "Archive", "Move it out of the list, not away."),
    Key("runs.down", "down,j", "move(1)", "Down", "One run down."),
    Key("runs.up", "up,k", "move(-1)", "Up", "One run up."),
    Key("runs.page", "pagedown", "page(1)", "Page", "A page down."),
    Key("runs.page_before", "pageup", "page(-1)", "Back", "A page up."),
    Key("runs.first", "home", "page(-9999)", "First", "The first run."),
    Key("runs.last", "end", "page(9999)", "Last", "The last run."),
    Key("runs.refresh", "r", "refresh", "Refresh", "Read the folder again now."),
    Key("runs.back", "escape", "back", "Back", "No filter, no marks, then one layer out."),
    # What differs between runs
    Key("diff.down", "j", "scroll(1)", "Down", "A line down, as ↓ does."),
    Key("diff.up", "k", "scroll(-1)", "Up", "A line up, as ↑ does."),
    Key("diff.close", "escape,q,D", "close", "Close", "Back to the runs."),
    # One run, live or replayed
    Key("live.charts", "2", "pane('charts')", "Charts", "The charts."),
    Key("live.verdict", "v", "pane('verdict')", "Verdict", "Arms compared: the verdict.", True),
    Key("live.compare", "3", "compare", "Compare", "The arms side by side, as several runs are."),
    Key("live.log", "4", "pane('log')", "Log", "What the trainer process printed.", True),
    Key("live.machine", "5", "pane('machine')", "Machine", "GPUs, cores, memory: who uses them."),
    Key("live.network", "6", "pane('network')", "Network", "Inside the networks, step by step."),
    Key("live.back", "escape", "back", "Back", "One layer out: full screen, pane, screen."),
    Key("live.stop", "K", "stop", "Stop", "Stop it at the next step, with a checkpoint.", True),
    Key("live.pause", "P", "pause", "Pause", "Pause the training, or let it go on.", True),
    Key("live.ticket", "t", "ticket", "Ticket", "Take a ticket now; it trains beside the others."),
    Key("live.seeds", "A", "seeds", "Seeds", "Train all arms with further seeds as well."),
    Key("live.halt", "H", "halt", "Halt", "End one lane; the others go on."),
    Key("live.note", "m", "note", "Mark", "Put a mark or a note to a step."),
    Key("live.resume", "R", "resume", "Resume", "Take a stopped run on from its checkpoint.", True),
    # The charts of a run
    Key("charts.next", "down", "move(1)", "Next", "The next chart."),
    Key("charts.before", "up", "move(-1)", "Before", "The chart before."),
    Key("charts.right", "right", "cursor(1)", "Value", "The value cursor, a column on.", True),
    Key("charts.left", "left", "cursor(-1)", "Value", "The value cursor, a column back."),
    Key("charts.far", "shift+right", "cursor(10)", "Far", "The value cursor, ten columns on."),
    Key("charts.far_left", "shift+left", "cursor(-10)", "Far", "Ten columns back."),
    Key(
        "charts.jump",
        "apostrophe",
        "jump",
        "Jump",
        "To the next mark: a memorised, A generalised, ! a note.",
    ),
    Key("charts.goto", "G", "goto", "Go to", "The value cursor at a step that you type."),
    Key("charts.full", "enter,z", "full", "Full", "This chart alone, over the whole screen."),
    Key("charts.x", "x", "log_axis('x')", "Log x", "Logarithmic or plain x axis."),
    Key("charts.y", "y", "log_axis('y')", "Log y", "Logarithmic or plain y axis."),
    Key("charts.over", "X", "over", "Over", "Over steps, seconds, or steps since memorised."),
    Key("charts.smooth", "s", "smooth(1)", "Smooth", "Smooth this chart more."),
    Key("charts.rough", "S", "smooth(-1)", "Rough", "Smooth this chart less."),
    Key("charts.closer", "plus,equals_sign", "zoom(1)", "Zoom", "Closer, to the cursor."),
    Key("charts.further", "minus", "zoom(-1)", "Out", "From further away."),
    Key("charts.pan_right", "right_square_bracket", "pan(1)", "Pan", "Along the x axis."),
    Key("charts.pan_left", "left_square_bracket", "pan(-1)", "Back", "Back along the x axis."),
    Key("charts.reset", "0", "reset", "Reset", "All of the axes again."),
    Key("charts.follow", "f", "follow", "Follow", "Go with the newest step, or no more."),
    Key("charts.limits", "L", "limits", "Limits", "Type the limits of the axes."),
    Key("charts.band", "a", "band", "Band", "Seeds as range, deviation, mean, each."),
    Key("charts.dense", "d", "dense", "Dense", "Dense arms, or without them."),
    Key("charts.grid", "g", "density", "Grid", "1, 2, 4 or 6 charts on a page."),
    Key("charts.page", "pagedown", "page(1)", "Page", "The next charts: the probes follow."),
    Key("charts.page_before", "pageup", "page(-1)", "Back", "The charts before."),
    Key("charts.part", "full_stop", "part(1)", "Part", "The next part of a probe."),
    Key("charts.part_before", "comma", "part(-1)", "Before", "The part before."),
    Key("charts.export", "e", "export", "Export", "Save this chart as SVG and CSV."),
    # The arms below the charts
    Key("arms.down", "down,j", "move(1)", "Down", "The next arm."),
    Key("arms.up", "up,k", "move(-1)", "Up", "The arm before."),
    Key("arms.show", "space", "show", "Show", "Draw this arm, or no more.", True),
    Key("arms.isolate", "i", "isolate", "Isolate", "This arm alone, or all again.", True),
    Key("arms.pin", "p", "pin", "Pin", "Draw it on top of the others.", True),
    # The verdict of a run
    Key("verdict.down", "down,j", "scroll(1)", "Down", "A line down."),
    Key("verdict.up", "up,k", "scroll(-1)", "Up", "A line up."),
    Key("verdict.page", "pagedown", "page(1)", "Page", "A page down."),
    Key("verdict.page_before", "pageup", "page(-1)", "Back", "A page up."),
    # The log of a run
    Key("log.down", "down,j", "scroll(1)", "Down", "A line down."),
    Key("log.up", "up,k", "scroll(-1)", "Up", "A line up."),
    Key("log.page", "pagedown", "page(1)", "Page", "A page down."),
    Key("log.page_before", "pageup", "page(-1)", "Back", "A page up."),
    Key("log.home", "home", "end(-1)", "Home", "The first line that is kept."),
    Key("log.end", "end", "end(1)", "End", "The last line, and follow."),
    Key("log.search", "slash", "search", "Search", "Look for words, from the end up.", True),
    Key("log.next", "n", "find(1)", "Next", "The next line that has them."),
    Key("log.before", "N", "find(-1)", "Before", "The line before that has them."),
    Key("log.follow", "f", "follow", "Follow", "Stay at the end as lines come.", True),
    # The machine of a run
    Key("machine.down", "down,j", "scroll(1)", "Down", "A line down."),
    Key("machine.up", "up,k", "scroll(-1)", "Up", "A line up."),
    Key("machine.page", "pagedown", "page(1)", "Page", "A page down."),
    Key("machine.page_before", "pageup", "page(-1)", "Back", "A page up."),
    # Inside the networks of a run
    Key("network.on", "right", "slide(1)", "On", "The next frame: later in the training.", True),
    Key("network.back", "left", "slide(-1)", "Back", "The frame before.", True),
    Key("network.far", "shift+right", "slide(10)", "Far", "Ten frames on."),
    Key("network.far_back", "shift+left", "slide(-10)", "Far", "Ten frames back."),
    Key("network.home", "home", "end(-1)", "Home", "The first frame: before training."),
    Key("network.end", "end", "end(1)", "End", "The newest frame."),
    Key("network.follow", "f", "follow", "Follow", "Follow the newest frame, or stay here."),
    Key("network.next", "down", "picture(1)", "Picture", "The next picture large.", True),
    Key("network.before", "up", "picture(-1)", "Before", "The picture before."),
    Key("network.part", "full_stop", "part(1)", "Part", "The next matrix or side.", True),
    Key("network.part_before", "comma", "part(-1)", "Before", "The matrix or side before."),
    Key("network.arm", "right_square_bracket", "arm(1)", "Arm", "The next arm.", True),
    Key("network.arm_before", "left_square_bracket", "arm(-1)", "Before", "The arm before."),
    Key("network.full", "enter,z", "full", "Full", "This picture alone, or all again."),
    Key("network.export", "e", "export", "Export", "Picture and numbers as SVG and CSV."),
    # Several runs side by side
    Key("compare.diff", "D", "differ", "Diff", "What differs between the runs.", True),
    Key("compare.filter", "slash", "filter", "Filter", "Choose groups: wd=0.1 -dense.", True),
    Key("compare.back", "escape", "back", "Back", "One layer out."),
    # The groups that are compared
    Key("groups.down", "down,j", "move(1)", "Down", "A group down."),
    Key("groups.up", "up,k", "move(-1)", "Up", "A group up."),
    Key("groups.show", "space", "show", "Show", "Draw the group, or no more.", True),
    Key("groups.isolate", "i", "isolate", "Isolate", "Draw it alone, or all again."),
    Key("groups.pin", "p", "pin", "Pin", "Draw it on top, or no more."),
    Key("groups.base", "b", "baseline", "Base", "Compare all with this group.", True),
    Key("groups.sort", "full_stop", "sort(1)", "Sort", "Sort by the next column.", True),
    Key("groups.sort_before", "comma", "sort(-1)", "Before", "Sort by the column before."),
    Key("groups.order", "o", "order", "Order", "Turn the order round."),
    Key("groups.export", "e", "export", "Export", "Save table and chart as SVG and CSV."),
    # The tour, while it lasts
    Key("tour.next", "enter,right", "tour_turn(1)", "Next", "The next page."),
    Key("tour.before", "left", "tour_turn(-1)", "Back", "The page before."),
    Key("tour.end", "escape", "tour_end", "End", "End the tour."),
    # Something to type
    Key("ask.take", "enter", "", "Take", "Take what was typed."),
    Key("ask.close", "escape", "close", "Close", "Leave everything as it is."),
    # The claims of the papers
    Key("claims.open", "enter", "open", "Open", "Open the run behind the claim.", True),
    Key("claims.start", "S", "start", "Start", "Train what is missing, one claim or all.", True),
    Key("claims.figure", "o", "figure", "Figure", "Show the picture of the claim.", True),
    Key("claims.variant", "comma,full_stop", "variant", "Paper", "Fast or published runs.", True),
    Key("claims.down", "down,j", "move(1)", "Down", "One claim down."),
    Key("claims.up", "up,k", "move(-1)", "Up", "One claim up."),
    Key("claims.page", "pagedown", "move(10)", "Page", "Ten claims down."),
    Key("claims.page_before", "pageup", "move(-10)", "Back", "Ten claims up."),
    Key("claims.first", "home", "move(-999)", "First", "The first claim."),
    Key("claims.last", "end", "move(999)", "Last", "The last claim."),
    Key("claims.refresh", "r", "refresh", "Refresh", "Look at the runs again now."),
    # A ticket of a run
    Key("ticket.take", "enter", "", "Take", "On to the next field; from the last one take it."),
    Key("ticket.close", "escape,q", "close", "Close", "Take no ticket."),
    # What a claim rests on
    Key("figure.next", "down,right,pagedown", "chart(1)", "Next", "The next chart.", True),
    Key("figure.before", "up,left,pageup", "chart(-1)", "Before", "The chart before."),
    Key("figure.run", "full_stop", "run(1)", "Run", "The next of its runs.", True),
    Key("figure.run_before", "comma", "run(-1)", "Before", "The run before."),
    Key("figure.close", "o", "app.out", "Close", "Back to the claims.", True),
    # The name of a preset
    Key("naming.save", "enter", "", "Save", "Save under this name; twice if it is taken."),
    Key("naming.close", "escape", "close", "Close", "Save nothing."),
    # A short list
    Key("pick.take", "enter", "", "Take", "Take the line that the cursor is on."),
    Key("pick.close", "escape,q", "close", "Close", "Take none."),
    # A question
    Key("confirm.yes", "y,enter", "yes", "Yes", "Do it."),
    Key("confirm.no", "n,escape,q", "no", "No", "Leave it as it is."),
    # This help
    Key("help.close", "escape,q,question_mark,f1", "close", "Close", "Close the help."),
    # Everywhere
    Key("everywhere.runs", "1", "app.runs", "Runs", "The list of runs.", True),
    Key("everywhere.claims", "7", "app.claims", "Claims", "What was reproduced of the papers."),
    Key("everywhere.new", "ctrl+n", "app.launcher", "New", "New run: the launcher.", True),
    Key("everywhere.panes", "tab,shift+tab", "", "Panes", "The next pane, the pane before."),
    Key(
        "everywhere.help", "question_mark,f1", "app.help", "Help", "The keys of this screen.", True
    ),
    Key("everywhere.palette", "colon,ctrl+p", "app.palette", "Palette", "Every action by name."),
    Key("everywhere.redraw", "ctrl+l", "app.redraw", "Redraw", "Draw the whole screen again."),
    Key("everywhere.mute", "exclamation_mark", "app.mute", "Mute", "Mute the bell, or not."),
    Key("everywhere.suspend", "ctrl+z", "app.suspend_process", "Suspend", "To the shell."),
    Key("everywhere.theme", "T", "app.theme", "Theme", "Dark or light."),
    Key("everywhere.out", "escape", "app.out", "Out", "One layer out."),
    Key("everywhere.leave", "q", "app.leave", "Leave", "Leave this view; runs go on.", True),
)


def on_screen(screen: str) -> list[Key]:
    """The keys of one screen, or of `everywhere`, in the order of the table."""
    return [key for key in TABLE if key.screen == screen]


def in_bar(*sections: str, idle: Collection[str] = ()) -> list[Key]:
    """What the key bar shows: at most six keys, help last; `sections` from the focus outwards.

    Of what has the focus no more than three, so that there is room for those of its screen, which
    come next. `idle` are the ids of keys that have nothing to do now.
    """
    *inner, screen, everywhere = sections
    taken = {name for first in FIRST & {*inner} for key in on_screen(first) for name in key.names}
    flagged = {
        name: [
            key
            for key in on_screen(name)
            if key.footer and key.id not in idle and key.names[0] not in taken
        ]
        for name in sections
    }
    found = [key for name in inner[:1] for key in flagged[name][:OWN]]
    found += [key for name in (screen, *inner[1:], everywhere) for key in flagged[name]]
    others = [key for key in found if key.id != HELP and key.action != f"app.{screen}"]
    return [*others[: SHOWN - 1], *(key for key in TABLE if key.id == HELP)]


def bindings(screen: str) -> list[BindingType]:
    """The table's keys of one screen as bindings; the app takes those of `everywhere`."""
    return [
        Binding(
            key.keys,
            key.action,
            key.label,
            show=key.footer,
            id=key.id,
            tooltip=key.help,
            priority=screen in FIRST,
        )
        for key in on_screen(screen)
        if key.action
    ]
