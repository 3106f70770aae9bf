"""What came of a sweep, from the runs of its packs: read once, and then what is new."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from grok_tui.errors import RunError
from grok_tui.monitor.finding import chosen
from grok_tui.monitor.logparts import Log
from grok_tui.monitor.sweeps import alive, folder
from grok_tui.monitor.sweeps.folder import Plan, PlannedCell, PlannedPack, SweepDir, find_sweep
from grok_tui.monitor.sweeps.results import Board, SweepWatch
from grok_tui.protocol.disk import Disk
from grok_tui.protocol.events import Finished, LaneResult, Resumed
from grok_tui.protocol.owned import Lock
from grok_tui.protocol.rundir import RunDir
from tests import fakes

ARMS = ("dense", "grokked-ticket")
IDS = [f"20261121-101500-pack-aaa{letter}" for letter in "abc"]
SEEDS = (0, 1)
CONFIG = fakes.config(only=ARMS, seeds=SEEDS)
STEPS = 4 * CONFIG.train.steps


def plan(*cells: float, repeat: int = 0, runs: list[str] | None = None, first: int = 0) -> Plan:
    """A pack for each cell."""
    numbers = range(first, first + len(cells))
    return Plan(
        repeat=repeat,
        axes=("rate",),
        arms=ARMS,
        cells=tuple(PlannedCell(n, (value,)) for n, value in zip(numbers, cells, strict=True)),
        packs=tuple(
            PlannedPack(run, SEEDS, 4, {number: {arm: arm for arm in ARMS}}, STEPS)
            for number, run in zip(numbers, runs or IDS, strict=False)
        ),
    )


def made(runs: Path, *plans: Plan) -> SweepDir:
    """A sweep with these plans; the folders of its packs are empty."""

    def write(sweep: SweepDir) -> None:
        for number, one in enumerate(plans, start=1):
            Disk().replace(sweep.path / f"plan-{number:04d}.json", msgspec.json.encode(one))

    return folder.begin(runs, "delay", 'title = "Delay"\n', write)


def waiting(sweep: SweepDir) -> SweepDir:
    """The same, every pack with a folder that nobody has trained in."""
    for one in sweep.plans():
        for pack in one.packs:
            sweep.pack(pack).path.mkdir(exist_ok=True)
    return sweep


def states(board: Board) -> list[str]:
    return [pack.state for pack in board.packs]


def test_a_pack_is_told_by_its_lock_and_its_log(tmp_path: Path) -> None:
    sweep = made(tmp_path, plan(0.2, 0.4, 0.6))
    fakes.recorded_run(sweep.packs, "finished", made_of=CONFIG, run_id=IDS[0])
    held = fakes.recorded_run(sweep.packs, "paused", made_of=CONFIG, run_id=IDS[1], last=100)
    fakes.recorded_run(sweep.packs, "failed", made_of=CONFIG, run_id=IDS[2])
    board = SweepWatch(sweep).look()
    assert states(board) == ["done", "paused", "failed"]
    assert [cell.state for cell in board.cells] == ["done", "training", "failed"]
    assert board.packs[2].reason == "the disk is full"
    assert [pack.lanes_done for pack in board.packs] == [4, 0, 2]
    assert (board.title, board.axes, board.arms) == ("Delay", ("rate",), ARMS)
    assert (board.lanes, board.lanes_done, board.driver) == (12, 6, False)
    fakes.let_go(held)
    assert states(SweepWatch(sweep).look())[1] == "interrupted"


def test_nothing_is_begun_or_somebody_took_it_away(tmp_path: Path) -> None:
    sweep = waiting(made(tmp_path, plan(0.2, 0.4)))
    board = SweepWatch(sweep).look()
    assert states(board) == ["waiting", "waiting"]
    assert [cell.state for cell in board.cells] == ["waiting", "waiting"]
    (sweep.packs / IDS[0]).rmdir()
    (sweep.packs / IDS[1]).rmdir()
    (sweep.packs / IDS[1]).symlink_to(tmp_path)
    board = SweepWatch(sweep).look()
    assert [pack.reason for pack in board.packs] == ["its folder is gone", "its folder is a link"]


def test_arms_are_put_together_over_seeds(tmp_path: Path) -> None:
    sweep = made(tmp_path, plan(0.2))
    found = fakes.run_events(CONFIG, last=600, ended=False)
    fakes.recorded_run(sweep.packs, "interrupted", made_of=CONFIG, run_id=IDS[0], found=found)
    (cell,) = SweepWatch(sweep).look().cells
    dense, ticket = cell.arms["dense"], cell.arms["grokked-ticket"]
    assert (dense.seeds, dense.memorised, dense.generalised, dense.ended) == (2, 2, 0, 0)
    assert (dense.t_mem.median, dense.t_gen.pending, dense.share) == (42, 2, None)
    assert (ticket.generalised, ticket.ended, ticket.share) == (2, 2, 1.0)
    assert (ticket.t_gen.median, ticket.t_gen.low, ticket.t_gen.high) == (53, 53, 53)
    assert ticket.lanes[1].tau_grok == 53 / 36
    assert ticket.trained == ((IDS[0], "grokked-ticket", SEEDS),)


def test_lanes_whose_mask_never_came_are_in_no_share(tmp_path: Path) -> None:
    sweep = made(tmp_path, plan(0.2))
    results = [
        LaneResult(arm="dense", seed=0, step=5000, reason="steps", t_mem=42, t_gen=None,
                   tau_grok=None),
        LaneResult(arm="dense", seed=1, step=800, reason="generalised", t_mem=40, t_gen=500,
                   tau_grok=12.5),
        LaneResult(arm="grokked-ticket", seed=0, step=0, reason="unavailable", t_mem=None,
                   t_gen=None, tau_grok=None),
        LaneResult(arm="stranger", seed=0, step=9, reason="steps", t_mem=None, t_gen=None,
                   tau_grok=None),
    ]  # fmt: skip
    end = Finished(outcome="completed", lanes=tuple(results))
    fakes.recorded_run(sweep.packs, made_of=CONFIG, run_id=IDS[0], found=[end])
    board = SweepWatch(sweep).look()
    dense, ticket = (board.cells[0].arms[arm] for arm in ARMS)
    assert (dense.share, dense.t_gen.reached, dense.t_gen.missed) == (0.5, 1, 1)
    assert (dense.t_gen.median, dense.t_gen.budget) == (None, 5000)
    assert (ticket.share, ticket.unavailable, ticket.t_gen.missed) == (None, 1, 0)
    assert board.packs[0].steps[0] == 5800, "lanes that were never planned do not count"


def test_a_look_reads_what_is_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sweep = made(tmp_path, plan(0.2, 0.4))
    fakes.recorded_run(sweep.packs, made_of=CONFIG, run_id=IDS[0])
    events = fakes.run_events(CONFIG)
    middle = len(events) // 2
    run = fakes.recorded_run(
        sweep.packs, "running", made_of=CONFIG, run_id=IDS[1], found=events[:middle]
    )
    watch = SweepWatch(sweep)
    first = watch.look()
    sizes: list[int] = []
    read = Log.read

    def counted(log: Log, size: int, start: int = 0) -> object:
        piece = read(log, size, start)
        sizes.append(len(piece.data))
        return piece

    monkeypatch.setattr(Log, "read", counted)
    again = watch.look()
    assert sizes == []
    assert all(new is old for new, old in zip(again.cells, first.cells, strict=True))
    fakes.append(run, events[middle : middle + 3])
    new = len(fakes.log(events[middle : middle + 3]))
    watch.look()
    assert max(sizes) == max(256, new)
    fakes.append(run, events[middle + 3 :])
    fakes.let_go(run)
    last = watch.look()
    assert states(last) == ["done", "done"]
    assert last.cells[1].arms == SweepWatch(sweep).look().cells[1].arms
    assert last.cells[0] is first.cells[0]


def test_a_log_that_was_cut_is_read_anew(tmp_path: Path) -> None:
    sweep = made(tmp_path, plan(0.2))
    found = fakes.run_events(CONFIG, ended=False)
    run = fakes.recorded_run(sweep.packs, "running", made_of=CONFIG, run_id=IDS[0], found=found)
    watch = SweepWatch(sweep)
    before = watch.look()
    assert before.lanes_done == 4
    # back to a checkpoint, and on from there, further than before
    kept = [*found[:40], Resumed(file="0001", exact=True, changed=(), dropped_bytes=9)]
    kept += fakes.lane_events(CONFIG, "dense", 1, last=4000)[1:]
    run.events.write_bytes(fakes.log(kept) + b" " * len(fakes.log(found)))
    after = watch.look()
    assert after.lanes_done == 1
    assert after.cells[0].arms == SweepWatch(sweep).look().cells[0].arms
    fakes.let_go(run)


def test_a_torn_or_damaged_line_is_left_out(tmp_path: Path) -> None:
    sweep = made(tmp_path, plan(0.2))
    found = fakes.run_events(CONFIG)
    data = fakes.log(found)
    run = fakes.recorded_run(sweep.packs, "running", made_of=CONFIG, run_id=IDS[0], found=[])
    run.events.write_bytes(data[:-9])
    watch = SweepWatch(sweep)
    assert states(watch.look()) == ["training"]
    reached = data.index(b'{"event":"reached"')
    run.events.write_bytes(data[:reached] + b"?" + data[reached + 1 : -9])
    board = SweepWatch(sweep).look()
    assert board.cells[0].arms["dense"].memorised == 1
    fakes.let_go(run)
    run.events.write_bytes(data)
    assert states(watch.look()) == ["done"]


def test_repeats_and_extensions_are_taken_in_as_they_come(tmp_path: Path) -> None:
    sweep = waiting(made(tmp_path, plan(0.2)))
    watch = SweepWatch(sweep)
    assert len(watch.look().cells) == 1
    seeds = msgspec.structs.replace(plan(0.2, runs=IDS[1:2]).packs[0], seeds=(2, 3))
    repeat = msgspec.structs.replace(plan(0.2, repeat=1), packs=(seeds,))
    Disk().replace(sweep.path / "plan-0002.json", msgspec.json.encode(repeat))
    finer = plan(0.3, runs=IDS[2:], first=1)
    Disk().replace(sweep.path / "plan-0003.json", msgspec.json.encode(finer))
    waiting(sweep)
    board = watch.look()
    assert [cell.values for cell in board.cells] == [(0.2,), (0.3,)]
    assert board.cells[0].arms["dense"].seeds == 4
    assert board.cells[0].runs == (IDS[0], IDS[1])
    assert (board.repeat, len(board.packs)) == (1, 3)


def test_what_cells_share_is_put_together_once(tmp_path: Path) -> None:
    named = {number: {"dense": "dense", "grokked-ticket": f"ticket-{number}"} for number in (0, 1)}
    pack = PlannedPack(IDS[0], SEEDS, 6, named, STEPS)
    sweep = made(tmp_path, msgspec.structs.replace(plan(0.2, 0.4), packs=(pack,)))
    fakes.recorded_run(sweep.packs, made_of=CONFIG, run_id=IDS[0])
    board = SweepWatch(sweep).look()
    first, second = board.cells
    assert first.arms["dense"] is second.arms["dense"]
    assert first.arms["grokked-ticket"] is not second.arms["grokked-ticket"]
    assert (board.lanes, board.packs[0].cells) == (6, (0, 1))


def test_plans_with_other_axes_are_refused(tmp_path: Path) -> None:
    other = msgspec.structs.replace(plan(0.2), axes=("fraction",))
    with pytest.raises(RunError, match="do not belong together"):
        SweepWatch(made(tmp_path, plan(0.2), other)).look()


def test_speed_is_that_of_the_last_half_minute(tmp_path: Path) -> None:
    now = [0.0]
    sweep = made(tmp_path, plan(0.2))
    run = fakes.recorded_run(sweep.packs, "running", made_of=CONFIG, run_id=IDS[0], found=[])
    watch = SweepWatch(sweep, lambda: now[0])
    fakes.append(run, fakes.lane_events(CONFIG, "dense", 0, steps=[0, 1000, 2000], last=1000))
    assert watch.look().speed is None
    now[0] = 10.0
    fakes.append(run, [fakes.measured("dense", 0, 1500, fakes.FATES["dense"])])
    board = watch.look()
    assert (board.speed, board.steps_done, board.steps_most) == (50.0, 1500, STEPS)
    assert board.eta == (STEPS - 1500) / 50
    now[0] = 20.0
    assert watch.look().speed == 25.0
    now[0] = 45.0
    assert watch.look().speed is None, "nothing was trained for so long"
    fakes.let_go(run)


def test_a_driver_holds_the_lock_of_the_sweep(tmp_path: Path) -> None:
    sweep = waiting(made(tmp_path, plan(0.2)))
    watch = SweepWatch(sweep)
    lock = Lock(sweep, "it is placed already")
    assert watch.look().driver
    lock.release()
    assert not watch.look().driver


def test_a_sweep_is_found_by_a_part_of_its_name(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="there are no sweeps in"):
        find_sweep(tmp_path, "last")
    one, two = (made(tmp_path, plan(0.2)) for _ in range(2))
    assert find_sweep(tmp_path, one.id) == one
    assert find_sweep(tmp_path, two.id[-4:]) == two
    assert find_sweep(tmp_path, "last") == max(one, two, key=lambda sweep: sweep.id)
    with pytest.raises(RunError, match="“delay” fits 2 sweeps; say more: 2"):
        find_sweep(tmp_path, "delay")
    with pytest.raises(RunError, match=r"no sweep in .* has “nothing” in its name; there is 2"):
        find_sweep(tmp_path, "nothing")


def test_no_more_than_five_candidates_are_named() -> None:
    runs = [RunDir(Path(f"run-{number}")) for number in range(7)]
    with pytest.raises(RunError, match=r"fits 7 runs; say more: run-0, .*run-4 and 2 more"):
        chosen(runs, "run", "run", "here")


def test_packs_that_are_a_link_are_not_followed(tmp_path: Path) -> None:
    sweep = made(tmp_path, plan(0.2))
    sweep.packs.rmdir()
    sweep.packs.symlink_to(tmp_path)
    with pytest.raises(RunError, match="packs is a link, which is not followed"):
        SweepWatch(sweep).look()


def test_a_sweep_whose_file_cannot_be_read_is_called_by_its_id(tmp_path: Path) -> None:
    sweep = waiting(made(tmp_path, plan(0.2)))
    sweep.file.write_text("title = ")
    assert SweepWatch(sweep).look().title == sweep.id


def test_where_locks_cannot_be_told_a_heartbeat_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    sweep = waiting(made(tmp_path, plan(0.2)))
    lock = Lock(sweep, "it is placed already")
    monkeypatch.setattr(alive, "lock_state", lambda _: "unknown")
    watch = SweepWatch(sweep, lambda: now[0])
    assert watch.look().driver
    now[0] = 9.0
    lock.beat()
    assert watch.look().driver
    now[0] = 20.0
    assert not watch.look().driver
    lock.release()
