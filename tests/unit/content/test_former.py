"""What answers at the addresses of files that were renamed or deleted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from snapshots import snapshot

from canopy.content.links import Target, resolve
from canopy.content.site import build
from canopy.content.values import Gone, Site, SiteOptions
from canopy.git.values import Former, Snapshot

LEFT = datetime(2024, 4, 23, 9, tzinfo=UTC)


def gone(path: str, text: str | bytes, now: str = "", day: int = 0) -> Former:
    """Return a file that left on some day."""
    head = text.encode() if isinstance(text, str) else text
    return Former(path, "f" * 40, head, LEFT + timedelta(days=day), now)


def after(files: dict[str, str | bytes], *former: Former) -> Snapshot:
    """Return the snapshot of files with what was there before."""
    found = snapshot(files)
    return Snapshot(found.commit, found.blobs, (), {each.path: each for each in former})


def site(files: dict[str, str | bytes], *former: Former, root: str = "") -> Site:
    """Return the site of files with what was there before."""
    return build(after(files, *former), SiteOptions(root=root))


def old(made: Site) -> dict[str, str]:
    """Return what the addresses of markdown files without their extension redirect to."""
    return {path: to for path, to in made.redirects.items() if not path.endswith((".md", ".html"))}


def test_a_renamed_page_redirects_from_all_its_addresses():
    """The address, the file's own path and the aliases that its front matter gave it lead to the new one."""
    made = site({"b.md": "# B\n"}, gone("a.md", "---\naliases: [/x, y]\n---\n# A\n", "b.md"))
    assert {path: made.redirects.get(path) for path in ("/a", "/a.md", "/x", "/y")} == dict.fromkeys(
        ("/a", "/a.md", "/x", "/y"), "/b"
    )
    assert made.gone == {}


def test_the_old_address_is_the_one_that_the_old_front_matter_asked_for():
    """A slug or an address by hand counts, in the old file and in the new one."""
    made = site(
        {"new/a.md": "---\nslug: now\n---\nA\n"},
        gone("old/a.md", "---\nslug: then\n---\nA\n", "new/a.md"),
        gone("old/b.md", "---\nurl: /by/hand\n---\nA\n", "new/a.md"),
    )
    assert made.redirects["/old/then"] == made.redirects["/by/hand"] == "/new/now"


def test_a_deleted_page_is_gone_with_its_title():
    """Title, last day and file are known, at the address and in its other spellings."""
    made = site({"b.md": "# B\n"}, gone("a.md", "---\ntitle: The A\n---\n", ""))
    assert made.gone == dict.fromkeys(("/a", "/a.md"), Gone("The A", LEFT, "a.md"))
    assert "/a" not in made.redirects


def test_nothing_is_displaced():
    """Pages, files, aliases, listings and Canopy's own addresses stay what they are."""
    names = ["page.md", "file.png", "alias.md", "folder.md", "tags.md", "atom.md", "sitemap.xml", "-/x.md"]
    files = {
        "page.md": "---\naliases: [/alias]\ntags: [t]\n---\nP\n",
        "file.png": b"\x89PNG",
        "folder/in.md": "In\n",
    }
    plain = site(files)
    made = site(files, *(gone(name, "Old\n", "page.md") for name in names), gone("tags/t.md", "T\n"))
    assert made.pages == plain.pages
    assert made.sections == plain.sections
    for path in (
        "/page",
        "/file.png",
        "/alias",
        "/folder",
        "/tags",
        "/tags/t",
        "/atom",
        "/sitemap.xml",
        "/-/x",
    ):
        assert made.redirects.get(path) == plain.redirects.get(path), path
        assert path not in made.gone


def test_the_newest_owner_of_an_address_counts():
    """Of two files that had one address, what became of the later one is told."""
    first, last = gone("a.md", "A\n", "x.md"), gone("a.markdown", "B\n", "", day=1)
    assert site({"x.md": "X\n"}, first, last).gone["/a"].file == "a.markdown"
    last = gone("a.markdown", "B\n", "", day=-1)
    assert site({"x.md": "X\n"}, first, last).redirects["/a"] == "/x"


def test_what_became_a_draft_is_not_told():
    """Its author does not want it to be read: no redirect leads there, and nothing says that it was."""
    made = site({"b.md": "---\ndraft: true\n---\nB\n"}, gone("a.md", "# Secret\n", "b.md"))
    assert "/a" not in made.redirects
    assert "/a" not in made.gone


def test_what_never_had_an_address_has_none_now():
    """Drafts, what never appeared, hidden files, and files outside the site's folder leave nothing behind."""
    made = site(
        {"docs/b.md": "B\n"},
        gone("docs/draft.md", "---\ndraft: true\n---\nA\n"),
        gone("docs/later.md", "---\ndate: 2030-01-01\n---\nA\n"),
        gone("docs/.hidden/a.md", "A\n"),
        gone("code.md", "A\n", "docs/b.md"),
        gone("docs/left.md", "# Left\n", "code/left.md"),
        root="docs",
    )
    assert set(made.gone) == {"/left", "/left.md"}
    assert "/code" not in made.redirects


def test_a_file_that_only_redirects_is_followed():
    """A page that became a redirect sends its old readers where that leads."""
    made = site({"b.md": "---\nredirect: /c\n---\n", "c.md": "C\n"}, gone("a.md", "A\n", "b.md"))
    assert made.redirects["/a"] == made.redirects["/b"] == "/c"


def test_the_listing_of_a_folder_moves_with_its_files():
    """Also of a folder above it, and if its introduction was deleted; not if most of it went elsewhere."""
    made = site(
        {"data/blog/a.md": "A\n", "data/blog/b.md": "B\n", "misc/c.md": "C\n"},
        gone("tmpl/blog/a.md", "A\n", "data/blog/a.md"),
        gone("tmpl/blog/b.md", "B\n", "data/blog/b.md"),
        gone("tmpl/blog/index.md", "# All\n"),
        gone("notes/c.md", "C\n", "misc/c.md"),
        gone("notes/d.md", "D\n"),
        gone("notes/e.md", "E\n"),
    )
    assert made.redirects["/tmpl/blog"] == made.redirects["/tmpl/blog/index"] == "/data/blog"
    assert made.redirects["/tmpl"] == "/data"
    assert made.gone["/notes"].title == "Notes"


def test_a_deleted_file_that_is_no_page_is_gone_by_its_name():
    """An image has no title but its name."""
    assert site({"b.md": "B\n"}, gone("i/x.png", b"")).gone["/i/x.png"].title == "x.png"


def test_a_long_front_matter_that_was_cut_is_read():
    """The beginning of a file may end within its header."""
    head = "---\ntitle: Long\nslug: short\n" + "".join(f"note{n}: {'x' * 40}\n" for n in range(40))
    assert site({"b.md": "B\n"}, gone("a.md", head)).gone["/short"].title == "Long"


def test_a_link_to_an_old_address_works():
    """Notes may go on linking to what a page was called: the link leads to where it is."""
    made = site({"b.md": "B\n", "c.md": "C\n"}, gone("a.md", "A\n", "b.md"), gone("d.md", "D\n"))
    page = made.pages["/c"]
    assert resolve(made, page, "a.md#x") == Target("internal", "/b", "#x")
    assert resolve(made, page, "d.md").kind == "broken"


def test_what_is_known_is_kept():
    """The same past upon another build is the same object; a different one tells that names changed."""
    snap = after({"b.md": "B\n"}, gone("a.md", "A\n", "b.md"))
    first = build(snap, SiteOptions())
    second = build(snap, SiteOptions(), first)
    assert second == first
    assert second.names is first.names
    third = build(after({"b.md": "B\n"}), SiteOptions(), second)
    assert third == build(after({"b.md": "B\n"}), SiteOptions())
    assert third.names is not first.names
