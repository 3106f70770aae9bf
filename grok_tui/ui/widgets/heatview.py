"""The heat maps of a sweep, with a cursor that keys and the mouse move."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from grok_tui.ui import keys
from grok_tui.ui.messages import Chosen
from grok_tui.ui.sweepmessages import ArmPointed
from grok_tui.ui.widgets.cells import CellView
from grok_tui.ui.widgets.heatlayout import natural
from grok_tui.ui.widgets.heatmap import page, pointed

if TYPE_CHECKING:
    from textual import events
    from textual.binding import BindingType

    from grok_tui.ui.app import GrokTuiApp
    from grok_tui.ui.survey import Survey


class HeatView(CellView):
    """Shows a survey. Posts `Chosen` with the number of the cell that the cursor comes to."""

    SECTION = "map"
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings("map")
    can_focus = True

    def __init__(self) -> None:
        super().__init__("heatview")
        self._survey: Survey | None = None

    def take(self, survey: Survey) -> None:
        """Show this."""
        before, self._survey = self._survey, survey
        if before is None or before.maps is not survey.maps or before.outlook != survey.outlook:
            self.redraw()

    def redraw(self) -> None:
        """Show the same at the size of now."""
        if self._survey is not None and self.size.area:
            size = (self.size.width, self.size.height)
            self.show(page(self._survey, size, plain=self.plain, focused=self.has_focus))

    @property
    def natural(self) -> int:
        """Rows that the maps would like to have."""
        return natural(self._survey) if self._survey is not None else 1

    @property
    def plain(self) -> bool:
        """Whether the terminal has too few colours, or no half blocks."""
        app = cast("GrokTuiApp", self.app)
        return app.theme.startswith("ansi") or app.terminal.charset == "ascii"

    def notify_style_update(self) -> None:
        """Another theme may have no colours."""
        super().notify_style_update()
        self.redraw()

    def action_go(self, across: int, up: int) -> None:
        """The cursor so many places on."""
        if self._survey is not None:
            self._post(self._survey.moved(across, up))

    def action_end(self, across: int, up: int) -> None:
        """The cursor to the last place that way."""
        survey = self._survey
        if survey is not None and survey.maps is not None:
            self._post(survey.furthest(across, up))

    def _post(self, number: int) -> None:
        self.post_message(Chosen("heatview", str(number), moved=True))

    def on_focus(self) -> None:
        """The name of the arm is strong while keys come here."""
        self.redraw()

    def on_blur(self) -> None:
        """The same."""
        self.redraw()

    def on_click(self, event: events.Click) -> None:
        """The cursor to the place under the pointer, and the arm of that map."""
        survey = self._survey
        if survey is None:
            return
        size = (self.size.width, self.size.height)
        found = pointed(survey, size, (event.x, event.y), plain=self.plain)
        if found is not None and found[1].cells:
            self._post(survey.number(found[1]))
            if found[0] != survey.outlook.arm:
                self.post_message(ArmPointed(found[0]))
