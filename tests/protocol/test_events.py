"""A line of the log: written whole, checked by its crc, read back equal."""

from __future__ import annotations

import json
import zlib

import pytest

from grok_tui.protocol import events
from grok_tui.protocol.blocks import decode_block
from grok_tui.protocol.series import series_lines

MEASURED = events.Measured(
    arm="dense",
    seed=3,
    step=17,
    seconds=0.5,
    train_loss=1e-300,
    test_loss=0.1 + 0.2,
    train_accuracy=1.0,
    test_accuracy=0.0,
    l1_norm=8087.208542583534,
    l2_norm=33.0,
    probes={"fourier-entropy/in": 3.497, "spectrum/in": (0.25, 0.5, 0.25)},
)
ALL: list[events.AnyEvent] = [
    events.Started(
        format=1,
        version="0",
        device="cpu",
        precision="float32",
        threads=1,
        loss="margin",
        lanes=6,
        config_sha256="00",
    ),
    events.LaneStarted(
        arm="a",
        seed=0,
        parameters=10,
        kept=4,
        l1_ratio=0.4,
        l2_ratio=0.6,
        layers=(events.Layer(name="W_E", shape=(2, 5), kept=4),),
        train_examples=911,
        task="modular-subtraction",
        method="magnitude",
        pruning_rate=0.6,
    ),
    MEASURED,
    events.Series(
        arm="a", seed=0, name="mask-distance/final", steps=(0, 100, 200), values=(0.75, 0.4, 0.0)
    ),
    events.Reached(arm="a", seed=0, milestone="memorised", step=42, resolution=1),
    events.LaneFinished(arm="a", seed=0, step=0, reason="unavailable", detail="never came"),
    events.Checkpointed(file="000001.safetensors", bytes=3, milliseconds=0.5),
    events.Paused(),
    events.Continued(),
    events.Resumed(file="", exact=False, changed=("torch",), dropped_bytes=9),
    events.Warned(sentence="the mask has forgotten its initial weights", arm="a", seed=0),
    events.Obeyed(command="stop", id="1", result="done"),
    events.Finished(
        outcome="completed",
        lanes=(
            events.LaneResult(
                arm="a", seed=0, step=9, reason="steps", t_mem=4, t_gen=None, tau_grok=None
            ),
        ),
    ),
    events.Failed(sentence="no space", traceback="…"),
]


@pytest.mark.parametrize("event", ALL, ids=lambda event: type(event).__name__)
def test_an_event_is_read_back_equal(event: events.AnyEvent) -> None:
    line = events.encode(event)
    assert line.endswith(b'"}\n')
    assert events.decode(line[:-1]) == event


def test_a_line_is_json_with_the_tag_first_and_the_crc_of_all_before_it_last() -> None:
    line = events.encode(MEASURED)
    plain = json.loads(line)
    assert next(iter(plain)) == "event"
    assert list(plain)[-1] == "crc"
    assert plain["event"] == "measured"
    assert plain["crc"] == f"{zlib.crc32(line[: line.rindex(b',')]):08x}"


def test_any_flipped_bit_is_seen() -> None:
    line = events.encode(MEASURED)[:-1]
    for position in range(len(line)):
        damaged = bytearray(line)
        damaged[position] ^= 1
        assert not events.is_whole(bytes(damaged))
        with pytest.raises(ValueError, match="damaged"):
            events.decode(bytes(damaged))


@pytest.mark.parametrize("line", [b"", b"{}", b'{"event":"paused"}', b"x" * (events.MAX_LINE + 1)])
def test_what_is_no_line_of_ours_is_damaged(line: bytes) -> None:
    assert not events.is_whole(line)


def test_a_long_series_is_cut_into_lines_that_can_be_read() -> None:
    count = 2 * events.MAX_SERIES + 1
    steps = range(2**53 - count + 1, 2**53 + 1)
    values = [-2.2250738585072014e-308] * count
    pieces = list(series_lines("a" * 40, 2**31 - 1, "mask-distance/final", steps, values))
    assert [len(piece.steps) for piece in pieces] == [events.MAX_SERIES, events.MAX_SERIES, 1]
    assert [step for piece in pieces for step in piece.steps] == list(steps)
    assert [value for piece in pieces for value in piece.values] == values
    for piece in pieces:
        assert events.decode(events.encode(piece)[:-1]) == piece
    assert list(series_lines("a", 0, "x", [], [])) == []


def line_of(body: bytes) -> bytes:
    return body + b',"crc":"%08x"}' % zlib.crc32(body)


def probed(number: bytes) -> bytes:
    """A measured line whose one probe is written like this."""
    body = events.encode(MEASURED).partition(b',"probes":')[0]
    return line_of(body + b',"probes":{"x":' + number + b"}")


def test_a_probe_is_a_number_or_several() -> None:
    for written, value in [(b"1", 1.0), (b"-0.5", -0.5), (b"[1,2.5]", (1.0, 2.5)), (b"[]", ())]:
        found = events.decode(probed(written))
        assert isinstance(found, events.Measured)
        assert found.probes == {"x": value}


@pytest.mark.parametrize("written", [b"NaN", b"null", b"1e999", b"[1e999]", b"[null]", b'"1"'])
def test_a_probe_that_is_no_finite_number_is_refused(written: bytes) -> None:
    with pytest.raises(ValueError, match=r"probes|malformed"):
        events.decode(probed(written))


def test_a_lane_of_an_older_log_says_less() -> None:
    lane = lane_of(4, 4)
    assert (lane.train_examples, lane.task, lane.method, lane.pruning_rate) == (0, "", "", 0.0)


def lane_of(parameters: int, kept: int, *layers: events.Layer) -> events.LaneStarted:
    return events.LaneStarted(
        arm="a",
        seed=0,
        parameters=parameters,
        kept=kept,
        l1_ratio=1.0,
        l2_ratio=1.0,
        layers=layers,
    )


def test_the_share_that_a_mask_keeps_is_of_what_it_could_remove() -> None:
    matrix = events.Layer(name="W_in", shape=(4, 5), kept=8)
    heads = events.Layer(name="W_Q", shape=(2, 2, 5), kept=0)
    bias = events.Layer(name="b_in", shape=(4,), kept=4)
    assert lane_of(20, 8, matrix).kept_share == 0.4
    assert lane_of(40, 8, heads, matrix).kept_share == 0.2
    assert lane_of(24, 12, matrix, bias).kept_share == 0.4
    assert lane_of(4, 4, bias).kept_share == 0
    assert lane_of(0, 0).kept_share == 0


def test_an_event_of_a_newer_version_is_whole_but_not_decoded() -> None:
    body = b'{"event":"teleported","arm":"a"'
    line = line_of(body)
    assert events.is_whole(line)
    with pytest.raises(ValueError, match="teleported"):
        events.decode(line)


def test_a_key_of_a_newer_version_is_let_through() -> None:
    body = b'{"event":"paused","reason":"heat"'
    assert events.decode(line_of(body)) == events.Paused()


@pytest.mark.parametrize("key", ["parameters", "kept", "train_examples"])
@pytest.mark.parametrize("count", ["9" * 400, "-1"])
def test_a_lane_has_no_counts_that_cannot_be_worked_with(key: str, count: str) -> None:
    (started,) = (event for event in ALL if isinstance(event, events.LaneStarted))
    body = events.encode(started).rpartition(b',"crc":')[0]
    plain = json.loads(body + b"}")
    written = json.dumps({**plain, key: 0}).replace(f'"{key}": 0', f'"{key}": {count}')
    with pytest.raises(ValueError, match=r"Expected `int`|Integer value out of range"):
        events.decode(line_of(written.encode()[:-1]))


def test_a_block_is_decoded_as_its_lines_are() -> None:
    lines = [events.encode(event)[:-1] for event in ALL]
    assert decode_block(b"\n".join(lines)) == ALL
    assert decode_block(lines[0]) == ALL[:1]


PAUSED = line_of(b'{"event":"paused"')


@pytest.mark.parametrize(
    "odd",
    [
        b"",
        PAUSED[:-1],
        PAUSED.replace(b"paused", b"Paused"),
        line_of(b'{"event":"teleported"'),
        line_of(b'{"event":"paused"} {"event":"paused"'),  # two objects in a line
        line_of(b'{"event":"paused"') + b" ",
        b" " + PAUSED,
        line_of(b'{"event":"paused","x":{"y":1') + b"\n" + line_of(b'{"event":"paused"'),
        line_of(b'{"event":"paused","x":[{"y":1') + b"\n" + line_of(b',2],"z":1'),  # one in two
        line_of(b'{"event":"paused","x":' + b"[" * 100_000),
    ],
)
def test_a_block_with_an_odd_line_is_refused(odd: bytes) -> None:
    whole = PAUSED + b"\n"
    for block in (odd + b"\n" + PAUSED, whole + odd, whole + odd + b"\n" + PAUSED):
        with pytest.raises((ValueError, RecursionError)):
            decode_block(block)


def test_objects_that_stand_askew_are_not_counted_as_lines() -> None:
    two = line_of(b'{"event":"paused"} {"event":"paused"')
    half = line_of(b'{"event":"paused","x":[{"y":1') + b"\n" + line_of(b',2],"z":1')
    with pytest.raises(ValueError, match=r"line|JSON"):
        decode_block(b"\n".join([two, half, PAUSED]))


def test_a_block_longer_than_a_line_may_be_is_refused() -> None:
    with pytest.raises(ValueError, match="damaged"):
        decode_block(b"\n".join([PAUSED] * (events.MAX_LINE // len(PAUSED) + 1)))
