"""Images: their sizes, from hand-made headers of each format; and what pages make of them."""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from printing import drive
from snapshots import EPOCH, site_of

from canopy.render.images import Images
from canopy.render.imagesize import image_size
from canopy.render.press import Press

if TYPE_CHECKING:
    from canopy.git.values import Blob


def png(width: int, height: int) -> bytes:
    """Return the beginning of a PNG."""
    return b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + struct.pack(">II", width, height) + b"\x08\x02\0\0\0"


def jpeg(width: int, height: int, orientation: int = 0, order: str = ">") -> bytes:
    """Return the beginning of a JPEG, which Exif may have turned."""
    exif = b""
    if orientation:
        mark = b"MM\0*" if order == ">" else b"II*\0"
        entry = struct.pack(f"{order}HHIHH", 0x0112, 3, 1, orientation, 0)
        exif = b"Exif\0\0" + mark + struct.pack(f"{order}IH", 8, 1) + entry + b"\0\0\0\0"
        exif = b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif
    table = b"\xff\xdb" + struct.pack(">H", 67) + b"\0" * 65
    frame = b"\xff\xc2" + struct.pack(">HBHHB", 17, 8, height, width, 3) + b"\0" * 9
    return b"\xff\xd8" + exif + b"\xff" + table + frame


def webp(kind: bytes, content: bytes) -> bytes:
    """Return a WebP with one chunk."""
    return b"RIFF\0\0\0\0WEBP" + kind + struct.pack("<I", len(content)) + content


IMAGES = {
    "png": png(640, 480),
    "gif": b"GIF89a" + struct.pack("<HH", 640, 480) + b"\0\0\0",
    "jpeg": jpeg(640, 480),
    "jpeg on its side": jpeg(480, 640, 6),
    "jpeg on its side, little-endian": jpeg(480, 640, 8, "<"),
    "jpeg upside down": jpeg(640, 480, 3),
    "webp, lossy": webp(b"VP8 ", b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", 640, 480)),
    "webp, lossless": webp(b"VP8L", b"\x2f" + struct.pack("<I", 639 | 479 << 14)),
    "webp, extended": webp(
        b"VP8X", b"\0\0\0\0" + (639).to_bytes(3, "little") + (479).to_bytes(3, "little")
    ),
    "avif": b"\0\0\0\x1cftypavif\0\0\0\0" + b"....ispe\0\0\0\0" + struct.pack(">II", 64, 48)
    + b"....ispe\0\0\0\0" + struct.pack(">II", 640, 480),
    "svg": b'<?xml version="1.0"?><!-- x --><svg xmlns="x" width="640" height="480px" viewBox="0 0 1 1">',
    "svg by its box": b"<svg viewBox='0 0 640 480'>",
    "svg by box and width": b'<svg width="640" viewBox="0,0,320,240">',
    "svg in percent": b'<svg width="100%" height="100%" viewBox="0 0 640 480">',
}  # fmt: skip


@pytest.mark.parametrize("name", IMAGES)
def test_the_size_is_in_the_header(name: str) -> None:
    """Every format says how large its image is; Exif may say that width and height change places."""
    assert image_size(IMAGES[name]) == (640, 480)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not an image",
        b"\x89PNG\r\n\x1a\n",
        png(0, 480),
        png(4_000_000_000, 480),
        b"GIF89a",
        b"\xff\xd8\xff",
        b"\xff\xd8\xff\xda\0\x08",
        b"\xff\xd8\xff\xe0\0\0\0\0",
        b"\xff\xd8" + b"\xff" * 2_000_000,
        webp(b"VP8X", b""),
        webp(b"VP8L", b""),
        b"\0\0\0\x1cftypavif" + b"ispe" * 100_000,
        b'<svg width="50%" height="2em">',
        b'<svg viewBox="0 0 0 0">',
        b"<svg viewBox='0 0 1e9 x'>",
        b"<svg " + b"a" * 100_000,
        b'<svg width="10" height="0" viewBox="0 0 5">',
    ],
)
def test_what_is_not_right_has_no_size(data: bytes) -> None:
    """Cut off, lying or something else: no size is better than a wrong one, and nothing is raised."""
    assert image_size(data) is None


@given(st.sampled_from(sorted(IMAGES)), st.integers(0, 60), st.binary(max_size=8))
def test_no_bytes_break_the_reading(name: str, place: int, noise: bytes) -> None:
    """Whatever a file holds after its first bytes, the answer is a size or nothing."""
    data = IMAGES[name]
    size = image_size(data[:place] + noise + data[place + len(noise) :])
    assert size is None or all(0 < side <= 100_000 for side in size)
    image_size(data[:place])


def shown(text: str, more: dict[str, str | bytes | Blob] | None = None, path: str = "/n/note") -> str:
    """Return the text of a note as its page shows it, with images beside it."""
    files: dict[str, str | bytes | Blob] = {
        "n/note.md": f"---\ntitle: T\n---\n{text}\n",
        "n/small.png": png(300, 200),
        "n/large.png": png(1600, 900),
        "n/film.mp4": b"\0\0\0\x18ftypmp42",
        "n/song.mp3": b"ID3",
        **(more or {}),
    }
    press = Press(memory=1 << 24)
    edition = press.edition(site_of(files, base_url="https://example.org/b"), EPOCH)
    page = drive(press.print(edition, path)).identity.body.decode()
    found = re.search(r'id="_text"[^>]*>\n(.*?)\n</div>\n(?:<footer|</article>)', page, re.DOTALL)
    return found[1].strip() if found else page


def test_an_image_keeps_its_place() -> None:
    """Width and height are there before the image, so that nothing moves; only the first is not lazy."""
    first, second = re.findall(r"<img[^>]*>", shown("![a](small.png) ![b](small.png)"))
    for tag in (first, second):
        assert 'src="/b/n/small.png" width="300" height="200"' in tag
    assert "loading" not in first
    assert 'loading="lazy"' in second


def test_a_size_by_the_author_stays() -> None:
    """Who writes one dimension wants that one."""
    html = shown('<img src="small.png" width="50" alt="">')
    assert 'width="50"' in html
    assert "height=" not in html


def test_foreign_and_missing_images_have_no_size() -> None:
    """What is not in the repository is not asked for."""
    assert "width=" not in shown("![a](https://example.net/x.png) ![b](nowhere.png)")


def test_a_large_image_leads_to_its_file() -> None:
    """Without a script the link opens the file; one that already is a link stays the author's."""
    html = shown("![a](large.png)")
    assert '<a class="enlarge" href="/b/n/large.png"><img src="/b/n/large.png" width="1600"' in html
    assert html.count("</a>") == 1
    assert 'aria-label="Enlarge the image"' in shown("![](large.png)")
    assert "enlarge" not in shown("[![a](large.png)](https://example.net/)")
    assert "enlarge" in shown("[x](https://example.net/) and ![a](large.png)")
    assert "enlarge" not in shown("![a](small.png)")


def test_variants_beside_an_image_are_offered() -> None:
    """By their real widths, the image itself among them; another shape is another picture."""
    html = shown(
        "![a](large.png)",
        {
            "n/large-800w.png": png(800, 450),
            "n/large@2x.png": png(3200, 1800),
            "n/large-400w.png": png(9, 400),
        },
    )
    assert 'srcset="/b/n/large-800w.png 800w, /b/n/large.png 1600w, /b/n/large@2x.png 3200w"' in html
    assert 'sizes="' in html
    assert "srcset" not in shown("![a](large.png)")


def test_a_name_cannot_end_an_attribute_or_a_candidate() -> None:
    """Quotes, commas and spaces in a path are encoded."""
    odd = 'n/a ",b.png'
    html = shown('![a](<a ",b.png>)', {odd: png(900, 90), 'n/a ",b-800w.png': png(800, 80)})
    assert 'srcset="/b/n/a%20%22%2Cb-800w.png 800w, /b/n/a%20%22%2Cb.png 900w"' in html


def test_films_and_sounds_play() -> None:
    """A media file that is written as an image becomes a player, with its words as the label."""
    film = shown("![A *walk*](film.mp4)")
    assert (
        '<video aria-label="A walk" src="/b/n/film.mp4" controls preload="metadata" playsinline></video>'
        in film
    )
    assert '<audio aria-label="A song" src="/b/n/song.mp3" controls preload="metadata"></audio>' in shown(
        "![A song](song.mp3)"
    )
    assert "<img" not in film
    assert '<video src="https://example.net/x.webm?t=1"' in shown("![](https://example.net/x.webm?t=1)")


def test_a_feed_has_sizes_but_nothing_to_click() -> None:
    """A feed reader has no script of ours."""
    html = shown("![a](large.png)", path="/atom")
    assert 'src="https://example.org/b/n/large.png" width="1600" height="900"' in html.replace("&quot;", '"')
    assert "enlarge" not in html


def test_another_image_at_the_same_path_makes_another_page() -> None:
    """The note is the same, but its image has another shape; other pages are the very same bytes."""
    files: dict[str, str | bytes | Blob] = {
        "a.md": "![x](x.png)\n",
        "b.md": "Text.\n",
        "x.png": png(10, 20),
    }
    press, first = Press(memory=1 << 24), site_of(files)
    edition = press.edition(first, EPOCH)
    before = {path: drive(press.print(edition, path)) for path in ("/a", "/b")}
    again = press.edition(site_of({**files, "x.png": png(30, 40)}, first), EPOCH)
    assert b'width="30" height="40"' in drive(press.print(again, "/a")).identity.body
    assert drive(press.print(again, "/b")) is before["/b"]


def test_unchanged_images_are_not_read_again() -> None:
    """The very same object says that no page depends on anything new."""
    site = site_of({"x.png": png(1, 2), "a.md": "x\n"})
    images = Images().following(site.assets)
    assert images.following(dict(site.assets)) is images
    assert images.size("/x.png") == (1, 2)
    assert images.size("/nowhere.png") is None
