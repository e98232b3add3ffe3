"""Which answer a request gets: codings, conditions and ranges, as RFC 9110 says."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime

import brotli
import pytest

from canopy.render.representation import encode, represent
from canopy.web.conditional import answer, codings

TEXT = b"A tree is a plant that is taller than you are. " * 50
MODIFIED = datetime(2026, 3, 3, 12, 0, 0, tzinfo=UTC)
DATE = b"Tue, 03 Mar 2026 12:00:00 GMT"


def page(**options):
    """Return a representation of TEXT."""
    body = encode(TEXT, "text/html")
    return represent(body, "text/html", cache_control="no-cache", modified=MODIFIED, **options)


def ask(representation, **fields: str):
    """Return the answer to a request with these fields; underscores stand for dashes."""
    request = [(name.replace("_", "-").encode(), value.encode()) for name, value in fields.items()]
    status, headers, body = answer(representation, request)
    return status, dict(headers), body


@pytest.mark.parametrize(
    ("field", "coding"),
    [
        ("br, gzip", b"br"),
        ("gzip, br", b"br"),
        ("gzip", b"gzip"),
        ("x-gzip", b"gzip"),
        ("gzip;q=1.0, br;q=0.5", b"gzip"),
        ("gzip;q=0", None),
        ("br;q=0, *", b"gzip"),
        ("*;q=0", None),
        ("identity, gzip;q=0.5", None),
        ("deflate", None),
        ("", None),
        ("gzip;q=nonsense", None),
    ],
)
def test_the_coding_that_the_client_prefers_is_sent(field, coding):
    """A page comes in the best coding that Accept-Encoding admits, and decodes to the same bytes."""
    status, headers, body = ask(page(), accept_encoding=field)
    assert (status, headers.get(b"content-encoding")) == (200, coding)
    decode = {b"br": brotli.decompress, b"gzip": gzip.decompress, None: bytes}[coding]
    assert decode(body) == TEXT
    assert headers[b"content-length"] == b"%d" % len(body)
    assert headers[b"vary"] == b"accept-encoding"


def test_each_coding_has_a_strong_entity_tag_of_its_own():
    """RFC 9110, 8.8.3.3: entity tags differ between the codings of one page, and none is weak."""
    tags = {ask(page(), accept_encoding=coding)[1][b"etag"] for coding in ("br", "gzip", "identity")}
    assert len(tags) == 3
    assert all(tag.startswith(b'"') for tag in tags)


def test_equal_bytes_have_equal_tags_and_codings():
    """Encoding is deterministic: a page rendered twice is the same to every cache."""
    assert encode(TEXT, "text/html") == encode(TEXT, "text/html")
    assert encode(TEXT, "text/html").tag != encode(TEXT + b"!", "text/html").tag


@pytest.mark.parametrize("coding", ["br", "gzip", "identity"])
def test_a_page_that_the_client_has_is_not_sent_again(coding):
    """If-None-Match with the tag of the selected coding gives 304 with the tag and without a body."""
    etag = ask(page(), accept_encoding=coding)[1][b"etag"]
    for field in (etag, b"W/" + etag, b'"other", ' + etag, b"*"):
        status, headers, body = ask(page(), accept_encoding=coding, if_none_match=field.decode())
        assert (status, body) == (304, b"")
        assert headers[b"etag"] == etag
        assert {b"cache-control", b"vary", b"last-modified"} <= headers.keys()
        assert b"content-length" not in headers


def test_the_tag_of_another_coding_does_not_match():
    """A client whose copy is in another coding gets the page."""
    etag = ask(page(), accept_encoding="gzip")[1][b"etag"]
    assert ask(page(), accept_encoding="br", if_none_match=etag.decode())[0] == 200


@pytest.mark.parametrize(
    ("since", "status"),
    [
        ("Tue, 03 Mar 2026 12:00:00 GMT", 304),
        ("Tue, 03 Mar 2026 12:00:01 GMT", 304),
        ("Tue, 03 Mar 2026 11:59:59 GMT", 200),
        ("yesterday", 200),
        ("99999999999", 200),
    ],
)
def test_the_date_counts_where_there_is_no_tag(since, status):
    """If-Modified-Since gives 304 only for a date at or after the last change; nonsense is ignored."""
    assert ask(page(), if_modified_since=since)[0] == status


def test_a_tag_wins_over_a_date():
    """RFC 9110, 13.1.3: If-Modified-Since is ignored where If-None-Match is there."""
    assert ask(page(), if_none_match='"other"', if_modified_since=DATE.decode())[0] == 200


def test_failed_preconditions_are_412():
    """If-Match that names another tag, and If-Unmodified-Since before the change, fail."""
    etag = ask(page())[1][b"etag"].decode()
    assert ask(page(), if_match='"other"')[0] == 412
    assert ask(page(), if_match=f"W/{etag}")[0] == 412
    assert ask(page(), if_match=etag)[0] == 200
    assert ask(page(), if_unmodified_since="Tue, 03 Mar 2026 11:00:00 GMT")[0] == 412
    assert ask(page(), if_unmodified_since=DATE.decode())[0] == 200


@pytest.mark.parametrize(
    ("field", "first", "last"),
    [
        ("bytes=0-9", 0, 9),
        ("bytes=10-", 10, len(TEXT) - 1),
        ("bytes=-5", len(TEXT) - 5, len(TEXT) - 1),
        ("bytes=5-999999", 5, len(TEXT) - 1),
        ("bytes=-999999", 0, len(TEXT) - 1),
    ],
)
def test_a_part_of_a_file_can_be_asked_for(field, first, last):
    """A single byte range of a file gives 206 with exactly these bytes, uncompressed."""
    status, headers, body = ask(page(ranges=True), range=field, accept_encoding="br")
    assert status == 206
    assert body == TEXT[first : last + 1]
    assert headers[b"content-range"] == b"bytes %d-%d/%d" % (first, last, len(TEXT))
    assert headers[b"content-length"] == b"%d" % len(body)
    assert b"content-encoding" not in headers


@pytest.mark.parametrize("field", ["bytes=9-5", "bytes=0-1,3-4", "bytes=-", "bytes=a-b", "lines=1-2", ""])
def test_a_range_that_makes_no_sense_is_ignored(field):
    """RFC 9110, 14.2: an invalid or several ranges give the whole file."""
    assert ask(page(ranges=True), range=field)[0] == 200


def test_a_range_beyond_the_end_is_416():
    """A range that begins after the end, or asks for nothing, is refused with the length."""
    for field in (f"bytes={len(TEXT)}-", "bytes=-0"):
        status, headers, body = ask(page(ranges=True), range=field)
        assert (status, body) == (416, b"")
        assert headers[b"content-range"] == b"bytes */%d" % len(TEXT)


def test_pages_have_no_ranges():
    """A page is sent whole: only files say Accept-Ranges."""
    status, headers, _ = ask(page(), range="bytes=0-9")
    assert (status, b"accept-ranges" in headers) == (200, False)


def test_a_range_applies_only_to_the_file_that_the_client_has():
    """If-Range with another tag, a weak tag or another date gives the whole file."""
    etag = ask(page(ranges=True))[1][b"etag"].decode()
    wanted = {etag: 206, f"W/{etag}": 200, '"other"': 200, DATE.decode(): 206}
    for condition, status in wanted.items():
        assert ask(page(ranges=True), range="bytes=0-9", if_range=condition)[0] == status, condition
    assert ask(page(ranges=True), range="bytes=0-9", if_range="Tue, 03 Mar 2026 12:00:01 GMT")[0] == 200


def test_an_error_page_is_never_304():
    """Conditions do not apply to a 404."""
    assert ask(page(status=404), if_none_match="*", range="bytes=0-1")[0] == 404


def test_small_and_compressed_files_are_left_as_they_are():
    """Compression is not tried where it does not pay."""
    assert encode(b"short", "text/html").gzip is None
    assert encode(bytes(5000), "image/png").br is None


def test_repeated_fields_are_one_list():
    """RFC 9110, 5.3: several fields of one name are one, joined by commas."""
    status, headers, _ = answer(page(), [(b"accept-encoding", b"gzip;q=0"), (b"accept-encoding", b"br")])
    assert (status, dict(headers)[b"content-encoding"]) == (200, b"br")


def test_identity_stays_acceptable_until_it_is_excluded():
    """RFC 9110, 12.5.3: identity is acceptable unless excluded by name or by `*;q=0`."""
    assert codings(b"gzip;q=0") == (b"identity",)
    assert codings(b"gzip") == (b"gzip", b"identity")
    assert b"identity" not in codings(b"*;q=0, br")
