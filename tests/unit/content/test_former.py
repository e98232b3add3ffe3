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


def said(path: str, header: str, now: str | None = None, day: int = 0) -> Former:
    """Return an earlier version of a file that a commit replaced on some day."""
    head = f"---\n{header}\n---\n…\n".encode()
    return Former(path, "", head, LEFT + timedelta(days=day), path if now is None else now)


def after(files: dict[str, str | bytes], *former: Former) -> Snapshot:
    """Return the snapshot of files with what was there before."""
    found = snapshot(files)
    left = {each.path: each for each in former if each.id}
    return Snapshot(found.commit, found.blobs, (), left, tuple(each for each in former if not each.id))


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


def test_a_page_redirects_from_what_its_front_matter_asked_for_earlier():
    """Each former slug, address and alias leads to where the page is now, at once."""
    made = site(
        {"blog/a.md": "---\nslug: now\n---\nA\n"},
        said("blog/a.md", "slug: first", day=1),
        said("blog/a.md", "url: /by/hand", day=2),
        said("blog/a.md", "slug: third\naliases: [/known]", day=3),
    )
    for path in ("/blog/first", "/by/hand", "/blog/third", "/known"):
        assert made.redirects[path] == "/blog/now", path
    assert made.gone == {}


def test_a_renamed_page_redirects_from_its_earlier_addresses_too():
    """What the front matter asked for under an old name, before its last version there, leads on as well."""
    made = site(
        {"new/a.md": "---\nslug: now\n---\nA\n"},
        gone("old/a.md", "---\nslug: then\n---\nA\n", "new/a.md", day=2),
        said("old/a.md", "slug: before", "new/a.md", day=1),
        said("new/a.md", "slug: between", day=3),
    )
    for path in ("/old/then", "/old/before", "/new/between"):
        assert made.redirects[path] == "/new/now", path


def test_a_deleted_page_is_gone_from_its_earlier_addresses_too():
    """With the title that it had in the end, and its last day: not those of the old version."""
    made = site(
        {"b.md": "B\n"},
        gone("a.md", "---\ntitle: Last\nslug: then\n---\n", "", day=9),
        said("a.md", "title: First\nslug: before", ""),
    )
    end = Gone("Last", LEFT + timedelta(days=9), "a.md")
    assert {made.gone["/then"], made.gone["/before"]} == {end}


def test_an_earlier_address_displaces_nothing():
    """What lives there now does; of two that had it, the one that left it later is meant."""
    made = site(
        {
            "a.md": "---\nslug: now\n---\nA\n",
            "b.md": "---\nslug: then\n---\nB\n",
            "c.md": "C\n",
            "d.md": "D\n",
        },
        said("a.md", "slug: then", day=5),
        said("a.md", "slug: c", day=6),
        said("c.md", "slug: shared", day=1),
        said("d.md", "slug: shared", day=2),
    )
    assert made.pages["/then"].source.path == "b.md"
    assert not {"/then", "/c"} & made.redirects.keys()
    assert made.redirects["/shared"] == "/d"


def test_a_page_that_took_turns_between_addresses():
    """The one that it has again is its own; the other leads there."""
    made = site(
        {"a.md": "---\nslug: one\n---\nA\n"},
        said("a.md", "slug: two", day=2),
        said("a.md", "slug: one", day=1),
    )
    assert made.redirects["/two"] == "/one"
    assert "/one" in made.pages
    assert "/one" not in made.redirects


def test_a_version_that_nobody_saw_leaves_nothing():
    """Drafts, what was still to come, and versions that only led elsewhere; nor does what is a draft now."""
    made = site(
        {"a.md": "A\n", "b.md": "---\ndraft: true\n---\nB\n"},
        said("a.md", "slug: draft\ndraft: true"),
        said("a.md", "slug: later\ndate: 2030-01-01"),
        said("a.md", "slug: led\nredirect: /x"),
        said("b.md", "slug: seen"),
    )
    assert not {"/draft", "/later", "/led", "/seen"} & (made.redirects.keys() | made.gone.keys())


def test_addresses_by_a_pattern_follow_date_title_and_categories():
    """In each tradition a field that is part of a pattern counts, as it was."""
    post = "_posts/2020-01-02-walk.md"
    jekyll = {
        "_config.yml": "permalink: /:categories/:year/:month/:day/:title/\n",
        post: "---\ncategories: b\n---\nW\n",
    }
    made = site(jekyll, said(post, "categories: a"), said(post, "date: 2019-05-06\nslug: stroll"))
    assert (
        made.redirects["/a/2020/01/02/walk"] == made.redirects["/2019/05/06/stroll"] == "/b/2020/01/02/walk"
    )
    hugo = {
        "hugo.toml": '[permalinks]\nposts = "/:year/:title/"\n',
        "content/posts/x.md": "+++\ndate = 2020-01-01\ntitle = 'New'\n+++\nX\n",
    }
    made = site(hugo, said("content/posts/x.md", "title: Old one\ndate: 2020-01-01"))
    assert made.redirects["/2020/old-one"] == "/2020/new"
    docs = {
        "docusaurus.config.js": "module.exports = {presets: [['classic', {docs: {}}]]};\n",
        "docs/a.md": "---\nid: now\n---\nA\n",
    }
    made = site(docs, said("docs/a.md", "id: then"), said("docs/a.md", "slug: /top"))
    assert made.redirects["/docs/then"] == made.redirects["/docs/top"] == "/docs/now"


def test_the_introduction_of_a_folder_that_had_another_address():
    """An index that moved its folder by hand leads to where the folder is now."""
    made = site({"f/index.md": "# F\n", "f/x.md": "X\n"}, said("f/index.md", "url: /elsewhere"))
    assert made.redirects["/elsewhere"] == "/f"
    assert "/f" in made.sections


def test_a_folder_is_where_most_of_its_files_went_however_often_they_changed():
    """A file has one vote, not one for each version."""
    made = site(
        {"data/a.md": "A\n"},
        gone("old/a.md", "A\n", "data/a.md"),
        *(said("old/b.md", f"slug: b{n}", "", day=n) for n in range(5)),
    )
    assert made.redirects["/old"] == "/data"


def test_earlier_versions_that_are_known_are_kept():
    """Another build is the same, and equal to one without memory, also when one more is known."""
    files = {"a.md": "---\nslug: now\n---\nA\n"}
    snap = after(files, said("a.md", "slug: one"))
    first = build(snap, SiteOptions())
    assert build(snap, SiteOptions(), first).names is first.names
    for more in ((said("a.md", "slug: two", day=1), said("a.md", "slug: one")), ()):
        second = build(after(files, *more), SiteOptions(), first)
        assert second == build(after(files, *more), SiteOptions())
    ended = after({"b.md": "B\n"}, gone("a.md", "---\ntitle: T\n---\n"), said("a.md", "slug: one", ""))
    assert build(ended, SiteOptions(), first) == build(ended, SiteOptions())
