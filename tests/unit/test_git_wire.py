"""Packet lines and side bands."""

from __future__ import annotations

import io

import pytest

from canopy.git.wire import Answer, Mark, PacketReader, WireError, packet, printable, shown


def read(body: bytes, most: int = 1000) -> list[bytes | Mark]:
    packets, found = PacketReader(io.BytesIO(body), most_bytes=most), []
    while not found or found[-1] is not Mark.END:
        found.append(packets.next())
    return found


def test_lines_and_marks_are_told_apart() -> None:
    """Each kind of packet is read as what it is, and a line loses its line feed only."""
    body = b"0000" + b"0001" + b"0002" + packet(b"want x\n") + packet(b"") + packet(b"a\n\n")
    assert read(body) == [Mark.FLUSH, Mark.DELIMITER, Mark.RESPONSE_END, b"want x", b"", b"a\n", Mark.END]


@pytest.mark.parametrize(
    "body", [b"zzzz", b"0003", b"-001", b"+005x", b" 005x", b"00", b"0009abc", b"fff9" + b"x" * 65525]
)
def test_what_is_no_packet_is_refused(body: bytes) -> None:
    """A length that is none, or that is not kept, ends the reading with an error."""
    with pytest.raises(WireError):
        read(body, 100_000)


def test_reading_is_bounded() -> None:
    """A request cannot make the reader read more than it was told to."""
    with pytest.raises(WireError, match="more than"):
        read(packet(b"x" * 50) * 30)


def test_large_data_is_cut_to_fit() -> None:
    """Data in a side band comes in packets of at most git's size, and is whole."""
    pieces: list[bytes] = []
    answer = Answer(pieces.append)
    answer.banded = True
    answer.data(b"x" * 200_000)
    answer.flush()
    packets = read(b"".join(pieces), 300_000)
    assert all(isinstance(line, bytes) and line[:1] == b"\x01" for line in packets[:-1])
    assert sum(len(line) - 1 for line in packets[:-1] if isinstance(line, bytes)) == 200_000


def test_progress_is_sent_at_once() -> None:
    """What is said reaches the pusher now; what is data is gathered."""
    pieces: list[bytes] = []
    answer = Answer(pieces.append)
    answer.banded = True
    answer.data(b"data")
    assert pieces == []
    answer.say("hello")
    assert pieces == [packet(b"\x01data") + packet(b"\x02hello\n")]


def test_nothing_is_said_to_those_who_cannot_hear() -> None:
    """Without side bands there are no messages, only data."""
    pieces: list[bytes] = []
    answer = Answer(pieces.append)
    answer.say("hello")
    answer.data(b"data")
    answer.flush()
    assert pieces == [b"data"]


def test_text_is_harmless() -> None:
    """Names and texts from strangers become one printable line."""
    assert printable("a\x1b[31m\r\n\u202eü") == "a\\x1b[31m\\r\\n\\u202eü"
    assert shown(b"refs/heads/\xff\n") == "refs/heads/\\xff\\n"
    assert len(shown(b"x" * 9999)) == 300
