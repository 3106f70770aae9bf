"""Packs in the queue of SLURM: what it is asked, what is made of its answers, what it refuses."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from grok_tui.errors import RunError, UsageError
from grok_tui.monitor.sweeps.folder import SweepDir
from grok_tui.placing import on_slurm, slurm_batch, slurm_queue
from grok_tui.placing.on_slurm import Slurm, place
from grok_tui.placing.place import Asked
from grok_tui.protocol import rundir
from tests.placing.fake_slurm import slurm

if TYPE_CHECKING:
    from pathlib import Path

    from grok_tui.protocol.rundir import RunDir
    from tests.placing.fake_slurm import FakeSlurm

__all__ = ["slurm"]
ID = "20261121-101500-delay-abcd"


class Trial:
    """A sweep of eight packs, and a clock that goes on when it is told to."""

    def __init__(self, folder: Path, slurm: FakeSlurm) -> None:
        self.sweep = SweepDir(folder / "sweeps" / ID)
        self.runs = [rundir.create(self.sweep.packs, f"pack-{number}") for number in range(8)]
        self.slurm = slurm
        self.now = 0.0

    def place(self, *options: str) -> Slurm:
        """Another driver's, who has this clock."""
        made = place(self.sweep, Asked(("cpu",), options))
        made._clock = lambda: self.now
        self.slurm.asked()
        return made

    def ids(self, *numbers: int) -> set[str]:
        return {self.runs[number].id for number in numbers}

    def queue(self, *jobs: str) -> None:
        """Have these listed: the array, the index, and a mark or the number of a batch."""
        marks = list(slurm_batch.read_all(self.sweep))
        lines = []
        for job in jobs:
            array, index, mark = job.split()
            name = marks[int(mark)] if mark.isdecimal() else mark
            lines.append(f"{array}|{index}|RUNNING|None|grok-tui-{ID}-{name}\n")
        self.slurm.says("squeue", "".join(lines))


@pytest.fixture
def trial(tmp_path: Path, slurm: FakeSlurm) -> Trial:
    return Trial(tmp_path / "runs", slurm)


def start(place: Slurm, runs: list[RunDir]) -> None:
    for run in runs:
        place.start(run)


def test_what_waits_is_put_into_the_queue_as_an_array(trial: Trial) -> None:
    place = trial.place("--partition=gpu --gres=gpu:1", "--comment='a b'")
    start(place, trial.runs[:3])
    assert trial.slurm.asked() == []
    assert place.running() == trial.ids(0, 1, 2)
    ((mark, batch),) = slurm_batch.read_all(trial.sweep).items()
    folder = trial.sweep.path / "slurm"
    assert (
        trial.slurm.asked("sbatch")
        == [
            [
                "sbatch",
                "--parsable",
                "--array=0-2%64",
                "--requeue",
                "--signal=B:USR1@120",
                f"--job-name=grok-tui-{ID}-{mark}",
                "--chdir=/",
                f"--output={folder}/%A.txt",
                "--open-mode=append",
                "--partition=gpu",
                "--gres=gpu:1",
                "--comment=a",
            ]
        ]
        or mark
    )
    assert batch.runs == tuple(run.id for run in trial.runs[:3])
    assert batch.job == 71


def test_more_than_an_array_may_have_comes_in_several(trial: Trial) -> None:
    place = trial.place()
    start(place, trial.runs[:7])
    place.running()
    arrays = [words[2] for words in trial.slurm.asked("sbatch")]
    assert arrays == ["--array=0-3%64", "--array=0-2%64"]
    runs = [run for batch in slurm_batch.read_all(trial.sweep).values() for run in batch.runs]
    assert set(runs) == trial.ids(*range(7))
    assert len(runs) == 7


def test_a_pack_that_is_there_is_not_put_there_again(trial: Trial) -> None:
    place = trial.place()
    start(place, [trial.runs[0], trial.runs[0]])
    place.running()
    assert len(trial.slurm.asked("sbatch")) == 1
    start(place, [trial.runs[0]])
    assert place.running() == trial.ids(0)
    assert trial.slurm.asked("sbatch") == []


def test_slurm_is_asked_once_in_ten_seconds_for_all(trial: Trial) -> None:
    place = trial.place()
    start(place, trial.runs)
    for trial.now in (0.0, 3.0, 9.9):
        place.running()
    user = f"--user={os.getuid()}"
    told = ["squeue", "--noheader", "--array", user, "--format=%F|%K|%T|%r|%j"]
    assert trial.slurm.asked("squeue") == [told]
    trial.now = 10.0
    place.running()
    assert len(trial.slurm.asked("squeue")) == 1


def test_running_is_what_the_queue_has(trial: Trial) -> None:
    place = trial.place()
    start(place, trial.runs[:4])
    place.running()
    trial.queue("71 1 0", "71 3 0", "71 9 0", "72 0 0", "71 0 another", "N/A 0 0")
    trial.now = 10.0
    assert place.running() == trial.ids(1, 3)
    trial.queue()
    trial.now = 20.0
    assert place.running() == set()
    assert place.room() == on_slurm.MOST_QUEUED


def test_the_next_driver_finds_what_is_there(trial: Trial) -> None:
    first = trial.place()
    start(first, trial.runs[:3])
    first.running()
    trial.queue("71 0 0", "71 2 0")
    second = trial.place()
    start(second, trial.runs[:2])
    assert second.running() == trial.ids(0, 1, 2)
    ((*_, argument),) = trial.slurm.asked("sbatch")
    assert slurm_batch.read(trial.sweep, argument).runs == (trial.runs[1].id,)


def test_an_array_whose_id_was_never_told_is_found_by_its_name(trial: Trial) -> None:
    place = trial.place()
    start(place, trial.runs[:2])
    trial.slurm.says("sbatch", "")
    assert place.running() == trial.ids(0, 1)
    place.running()
    assert len(trial.slurm.asked("sbatch")) == 1  # and no second time before it was looked for
    trial.queue("88 0 0", "88 1 0")
    trial.now = 10.0
    assert place.running() == trial.ids(0, 1)
    assert trial.slurm.asked("sbatch") == []
    trial.queue()
    trial.now = 20.0
    assert place.running() == set()


def test_what_is_known_stays_while_slurm_is_away(trial: Trial) -> None:
    place = trial.place()
    start(place, trial.runs[:2])
    place.running()
    for command in ("squeue", "sbatch"):
        trial.slurm.fails(command, "error: Unable to contact slurm controller\n")
    trial.now = 10.0
    start(place, trial.runs[2:3])
    assert place.running() == trial.ids(0, 1, 2)
    assert "Unable to contact slurm controller" in trial.sweep.log.read_text()
    trial.slurm.asked()
    place.running()
    assert trial.slurm.asked() == []
    trial.queue("71 1 0")
    trial.slurm.says("sbatch", "72;cluster\n")
    trial.now = 20.0
    assert place.running() == trial.ids(1, 2)


def test_an_array_that_is_refused_is_offered_in_parts_and_then_not_at_all(trial: Trial) -> None:
    place = trial.place()
    start(place, trial.runs[:4])
    trial.slurm.fails("sbatch", "\nsbatch: error: invalid account\n\n")
    assert place.running() == set()
    arrays = [words[2] for words in trial.slurm.asked("sbatch")]
    assert arrays == ["--array=0-3%64", "--array=0-1%64", "--array=0-0%64"]
    assert slurm_batch.read_all(trial.sweep) == {}
    with pytest.raises(RunError, match=r"^SLURM refuses the jobs: sbatch: error: invalid account$"):
        place.start(trial.runs[0])


def test_where_there_is_a_limit_the_others_wait(trial: Trial) -> None:
    place = trial.place()
    start(place, trial.runs[:2])
    place.running()
    trial.queue("71 0 0", "71 1 0")
    trial.slurm.fails("sbatch", "sbatch: error: job submit limit\n")
    start(place, trial.runs[2:5])
    trial.now = 10.0
    assert place.running() == trial.ids(0, 1, 2, 3, 4)
    trial.slurm.asked()
    trial.slurm.says("sbatch", "72\n")
    trial.now = 20.0
    assert place.running() == trial.ids(0, 1, 2, 3, 4)
    assert [words[2] for words in trial.slurm.asked("sbatch")] == [
        "--array=0-0%64",
        "--array=0-1%64",
    ]


def test_a_copy_of_a_sweep_has_nothing_in_the_queue(trial: Trial) -> None:
    place = trial.place()
    start(place, trial.runs)
    place.running()
    trial.queue(*(f"71 {index} {batch}" for batch in (0, 1) for index in range(4)))
    copy = trial.sweep.path.parent.parent / "copied" / ID
    shutil.copytree(trial.sweep.path, copy)
    other = on_slurm.place(SweepDir(copy), Asked())
    assert other.running() == set()
    other.withdraw()
    assert trial.slurm.asked("scancel") == []


def test_what_waits_is_withdrawn_and_nothing_else(trial: Trial) -> None:
    place = trial.place()
    start(place, trial.runs[:2])
    place.running()
    trial.queue("71 0 0", "99 0 0", "71 1 other")
    start(place, trial.runs[4:])
    trial.slurm.asked()
    place.withdraw()
    assert place.running() == trial.ids(0)
    place.withdraw()
    assert trial.slurm.asked("scancel") == [["scancel", "--state=PENDING", "71"]]
    trial.slurm.fails("scancel", "scancel: error: not now")
    trial.now = 10.0
    place.withdraw()
    place.close()
    assert "stays there: scancel: error: not now" in trial.sweep.log.read_text()


@pytest.mark.parametrize(
    "text",
    [
        "-p gpu",
        "--array=0-9",
        "--arr=0-9",
        "--wrap=rm",
        "--no-requeue",
        "--job-name=x",
        "--output=/etc/passwd",
        "--export=ALL",
        "--partition",
        "gpu",
        "--comment=a\nb",
        "--comment='a\x1bb'",
        "--mem='",
        "--Partition=x",
        "--time=1 /bin/sh",
    ],
)
def test_what_is_no_option_for_a_job_of_ours_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"^--option: "):
        slurm_queue.options(["--mem=8G", text])


def test_options_are_taken_as_they_stand() -> None:
    text = "--partition=a,b --gres=gpu:1 --time=02:00:00 --exclusive --comment='$(x) ;`y` \"'"
    given = slurm_queue.options([text, "--mem-per-gpu=8G"])
    assert given[:4] == ("--partition=a,b", "--gres=gpu:1", "--time=02:00:00", "--exclusive")
    assert given[4:] == ('--comment=$(x) ;`y` "', "--mem-per-gpu=8G")


def test_the_user_s_own_settings_for_the_commands_stay_out(
    trial: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SQUEUE_FORMAT", "%i")
    monkeypatch.setenv("SBATCH_PARTITION", "mine")
    command = trial.slurm.commands / "squeue"
    command.write_text(f"#!/bin/sh\nenv > '{trial.slurm.state}/env'\n")
    trial.place().running()
    told = (trial.slurm.state / "env").read_text().splitlines()
    assert "SBATCH_PARTITION=mine" in told
    assert not [line for line in told if line.startswith("SQUEUE_")]


def test_where_there_is_no_slurm_it_is_said(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    trial.slurm.says("scontrol", "MaxArraySize = 0\n")
    with pytest.raises(RunError, match="takes no arrays"):
        trial.place()
    trial.slurm.fails("scontrol", "slurm_load_ctl_conf error: Unable to contact\n")
    with pytest.raises(RunError, match=r"^slurm_load_ctl_conf error: Unable to contact$"):
        trial.place()
    monkeypatch.setenv("PATH", str(trial.sweep.path))
    with pytest.raises(RunError, match="cannot run scontrol: no such file or directory; is SLURM"):
        trial.place()
    with pytest.raises(UsageError, match="--devices cpu,cuda: expected one"):
        place(trial.sweep, Asked(("cpu", "cuda")))
    with pytest.raises(UsageError, match="--devices gpu: expected auto"):
        place(trial.sweep, Asked(("gpu",)))


def test_a_folder_that_is_a_link_is_not_written_to(trial: Trial, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (trial.sweep.path / "slurm").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RunError, match="is a link"):
        trial.place()
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[" * 9000,
        '{"folder":"f","runs":["x"],"job":1}',
        '{"folder":"%s","runs":["../../x"],"job":1}',
        '{"folder":"%s","runs":[],"job":1}',
        '{"folder":"%s","runs":["20261121-101500-delay-abcd"],"job":-1}',
        '{"folder":"%s","runs":["20261121-101500-delay-abcd"],"job":1,"more":1}',
    ],
)
def test_a_batch_that_says_nonsense_does_not_count(trial: Trial, text: str) -> None:
    folder = slurm_batch.folder(trial.sweep)
    folder.mkdir()
    whole = slurm_batch.batch(trial.sweep, trial.runs[:1])
    slurm_batch.write(trial.sweep, "a" * 12, whole)
    (folder / f"batch-{'b' * 12}.json").write_text(text.replace("%s", whole.folder))
    (folder / "batch-x.json").write_text("{}")
    (folder / f"batch-{'c' * 12}.json").symlink_to("/dev/zero")
    assert slurm_batch.read_all(trial.sweep) == {"a" * 12: whole}


@pytest.mark.parametrize("name", ["plain", 'it\'s $(x) `y` "q" %A \\ \n#SBATCH --bad'])
def test_the_script_gives_any_path_on_as_it_is(
    name: str, trial: Trial, slurm: FakeSlurm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = tmp_path / "a python"
    shutil.copy(slurm.commands / "sbatch", python)
    monkeypatch.setattr(sys, "executable", str(python))
    sweep = SweepDir(tmp_path / name / ID)
    sweep.path.mkdir(parents=True)
    script = on_slurm.write_script(sweep, "cuda")
    subprocess.run([script, "mark"], check=True)
    module = ["-m", "grok_tui.placing.slurm_job", "--device", "cuda"]
    assert slurm.asked() == [["a python", *module, "--", str(sweep.path), "mark"]]
    python.write_text("#!/bin/sh\npwd\nkill -USR1 $$\necho lives\n")
    done = subprocess.run([script, "mark"], check=True, capture_output=True, text=True)
    assert done.stdout == "/\nlives\n"
    assert signal.getsignal(signal.SIGUSR1) is signal.SIG_DFL


def test_jobs_print_nowhere_where_slurm_would_misread_the_path(
    trial: Trial, tmp_path: Path
) -> None:
    sweep = SweepDir(tmp_path / "100%" / ID)
    run = rundir.create(sweep.packs, "pack")
    made = place(sweep, Asked())
    made.start(run)
    made.running()
    ((*words,),) = trial.slurm.asked("sbatch")
    assert f"--output={os.devnull}" in words
