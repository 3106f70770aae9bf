"""A line of the log: written whole, checked by its crc, read back equal."""

from __future__ import annotations

import json
import zlib

import pytest

from grok_tui.protocol import events

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
    probes={"entropy": 3.497},
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
    ),
    MEASURED,
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
    line = body + b',"crc":"%08x"}' % zlib.crc32(body)
    assert events.is_whole(line)
    with pytest.raises(ValueError, match="teleported"):
        events.decode(line)


def test_a_key_of_a_newer_version_is_let_through() -> None:
    body = b'{"event":"paused","reason":"heat"'
    assert events.decode(body + b',"crc":"%08x"}' % zlib.crc32(body)) == events.Paused()
