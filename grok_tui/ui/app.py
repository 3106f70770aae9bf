"""The application: themes, the keys that work everywhere, and which screen is on top."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
import termios
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider

from grok_tui.monitor.sweeps.folder import SweepDir
from grok_tui.ui import themes
from grok_tui.ui.driver import CellDriver
from grok_tui.ui.events import Mute
from grok_tui.ui.keys import Key, bindings, on_screen
from grok_tui.ui.leaving import farewell
from grok_tui.ui.making import Making
from grok_tui.ui.messages import CloneRun, EditRun
from grok_tui.ui.owners import owners
from grok_tui.ui.pasting import Pasting
from grok_tui.ui.screens.dialog import Palette
from grok_tui.ui.screens.help import HelpScreen
from grok_tui.ui.services import Services
from grok_tui.ui.terminal import Terminal
from grok_tui.ui.widgets.status import Status

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from textual.binding import BindingType
    from textual.notifications import SeverityLevel
    from textual.screen import Screen

    from grok_tui.protocol.rundir import RunDir
    from grok_tui.ui.messages import Drawn, Happened, OpenCompare, OpenRun
    from grok_tui.ui.sweepmessages import OpenSweep

PATIENCE = 0.6
"""Seconds after which the picture is sent whether or not a screen says that its data are on it."""
LINK = 1.0
"""Seconds between two looks at whether the terminal is still there."""


class Actions(Provider):
    """Every action of the key table that works here, for the palette."""

    def _keys(self) -> list[Key]:
        named = [key for name in owners(self.screen) for key in on_screen(name)]
        return [key for key in named if key.action]

    async def discover(self) -> Hits:
        """All of them, before anything is typed."""
        for key in self._keys():
            yield DiscoveryHit(_title(key), self._run(key), help=key.help)

    async def search(self, query: str) -> Hits:
        """Those that fit what is typed."""
        matcher = self.matcher(query)
        for key in self._keys():
            score = max(matcher.match(_title(key)), matcher.match(key.help) / 2)
            if score > 0:
                yield Hit(score, _title(key), self._run(key), help=key.help)

    def _run(self, key: Key) -> Callable[[], Awaitable[None]]:
        owner = owners(self.screen)[key.screen]
        todo = [key.action]

        async def once() -> None:
            if todo and owner.is_attached:  # Enter twice takes it twice
                await self.app.run_action(todo.pop(), owner)

        return once


def _title(key: Key) -> str:
    return f"{key.label} ({key.shown})"


class GrokTuiApp(Pasting):
    """The terminal interface on one runs folder; with `first`, on that run or sweep."""

    TITLE = "grok-tui"
    CSS_PATH = "app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings("everywhere")
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {Actions}
    COMMAND_PALETTE_BINDING = "ctrl+p"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012 Textual types it so
    VERTICAL_BREAKPOINTS = [(0, "-short"), (34, "-tall")]  # noqa: RUF012 Textual types it so

    def __init__(
        self,
        runs: Path,
        first: RunDir | SweepDir | None = None,
        services: Services | None = None,
        *,
        demo: bool = False,
        terminal: Terminal | None = None,
    ) -> None:
        ansi = True if "NO_COLOR" in os.environ else None  # else Textual draws black on black
        self.terminal = terminal or Terminal()
        driver = partial(CellDriver, charset=self.terminal.charset)
        super().__init__(driver_class=cast("type[CellDriver]", driver), ansi_color=ansi)
        self._runs = runs
        self._first = first
        self._demo = demo
        self._services = services or Services()
        self._held = ExitStack()
        self.parting = ""
        self.mute = Mute(os.environ)
        self.make = Making(runs, self._services, self.terminal, self.mute)
        self.animation_level = "none"
        for theme in themes.THEMES:
            self.register_theme(theme)
        self.theme = themes.first(self.terminal, self.console.color_system, self.no_color)

    def get_default_screen(self) -> Screen[Any]:
        """What stands at the bottom: what was asked for, else the launcher."""
        if self._demo:
            return self.make.tour()
        if isinstance(self._first, SweepDir):
            return self.make.sweep(self._first)
        return self.make.live(self._first) if self._first else self.make.launcher()

    def on_load(self) -> None:
        """Send nothing to the terminal until there is something to see."""
        self._held.enter_context(self.batch_update())
        self._held.callback(_collect_garbage)

    def on_mount(self) -> None:
        """Watch for the ends that Textual does not: signals, and a link that is gone."""
        self.set_timer(PATIENCE, self._held.close)
        if self.is_headless:
            return
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self.exit)
        if sys.stdin.isatty():
            self.set_interval(LINK, self._check_link)

    def _fatal_error(self) -> None:
        """End without the traceback of Textual, which has the values of all variables in it."""
        self._close_messages_no_wait()

    def _check_link(self) -> None:
        """Leave when the terminal is gone: under nohup nobody else says so."""
        try:
            termios.tcgetattr(sys.stdin.fileno())
        except (termios.error, OSError):
            self.exit()

    def on_drawn(self, _: Drawn) -> None:
        """The first data are on the screen: show it."""
        self._held.close()

    def on_resize(self) -> None:
        """Send the whole picture again: a terminal may cut or move what it showed."""
        self.action_redraw()

    def on_open_run(self, message: OpenRun) -> None:
        """Show a run."""
        self.push_screen(self.make.live(message.run, message.only))

    def on_open_sweep(self, message: OpenSweep) -> None:
        """Show a sweep."""
        self.push_screen(self.make.sweep(message.sweep))

    def on_happened(self, message: Happened) -> None:
        """Ring, and say it where it may be seen: in a toast and in the title of the window."""
        severity: SeverityLevel = "warning" if message.grave else "information"
        self.notify(message.sentence, severity=severity, markup=False)
        if not self.mute.on:
            self.bell()
        if isinstance(self._driver, CellDriver):
            self._driver.title(f"{message.sentence.splitlines()[-1]} - grok-tui")

    def on_open_compare(self, message: OpenCompare) -> None:
        """Show runs side by side."""
        self.push_screen(self.make.compare(message.runs))

    def on_clone_run(self, message: CloneRun) -> None:
        """Fill the launcher from a run."""
        self._go("launcher")
        self.screen.post_message(CloneRun(message.run))

    def on_edit_run(self, message: EditRun) -> None:
        """The same, and open the editor."""
        self._go("launcher")
        self.screen.post_message(EditRun(message.run))

    def _go(self, name: str) -> None:
        """Bring a screen to the top: the one that is open already, or a new one."""
        names = [each.name for each in self.screen_stack]
        if name in names:
            for _ in names[names.index(name) + 1 :]:
                self.pop_screen()
            return
        made = {
            "runs": self.make.runs,
            "sweeps": self.make.sweeps,
            "claims": self.make.claims,
            "launcher": self.make.launcher,
        }
        new = made[name]()
        if names[-1] == "live" and len(names) > 1:  # the bottom screen cannot be switched
            self.switch_screen(new)
        else:
            self.push_screen(new)

    def action_runs(self) -> None:
        """The list of runs."""
        self._go("runs")

    def action_sweeps(self) -> None:
        """The list of sweeps."""
        self._go("sweeps")

    def action_claims(self) -> None:
        """The claims of the papers."""
        self._go("claims")

    def action_launcher(self) -> None:
        """The launcher."""
        self._go("launcher")

    def action_demo(self) -> None:
        """The tour."""
        self.push_screen(self.make.tour())

    def action_help(self) -> None:
        """The keys of what has the focus, of the screen on top, and of all screens."""
        self.push_screen(HelpScreen(*owners(self.screen)))

    def action_palette(self) -> None:
        """Every action by name."""
        self.action_command_palette()

    def action_command_palette(self) -> None:
        """The same, by the key that works over dialogs too."""
        if not isinstance(self.screen, Palette):
            self.push_screen(Palette(id="--command-palette"))

    def action_redraw(self) -> None:
        """Send the whole picture again."""
        if isinstance(self._driver, CellDriver):
            self._driver.forget()
        if self.screen_stack:
            self.screen.refresh()

    def action_mute(self) -> None:
        """Mute the bell, or let it ring again."""
        self.mute.turn()
        for status in self.screen.query(Status):
            status.redraw()
        self.notify("the bell is muted" if self.mute.on else "the bell rings again", markup=False)

    def action_theme(self) -> None:
        """Light for dark, dark for light."""
        self.theme = themes.other(self.theme)

    def action_out(self) -> None:
        """One layer out; on the last layer, stay."""
        if len(self.screen_stack) > 1:
            self.pop_screen()

    async def action_leave(self) -> None:
        """One layer out; on the last layer, leave, and say which runs go on."""
        if len(self.screen_stack) > 1:
            self.pop_screen()
        else:
            await self.action_quit()

    async def action_quit(self) -> None:
        """Leave at once, from any layer."""
        self.parting = farewell(self._services.alive(self._runs), self._runs)
        self.exit()


def _collect_garbage() -> None:
    """Begin with it, which `open_tui` has put off; what is loaded by now stays for good."""
    gc.freeze()
    gc.enable()
