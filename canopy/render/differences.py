"""Where two editions differ for a reader: what an event names, so that other tabs need not ask.

What is not named is taken over as it is, so nothing that a page shows may be forgotten here: whatever goes
into the inputs of a page or list (`canopy.render.inputs`) has its part below.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from canopy.content.groups import change_of
from canopy.content.lookups import moved
from canopy.content.passages import may_show
from canopy.content.related import shared_terms
from canopy.content.taxonomies import kinds, terms_of
from canopy.content.values import Page
from canopy.render.articles import known_siblings
from canopy.render.images import originals
from canopy.render.imprint import portrait_url
from canopy.render.listings import TAGS, moved_sheets, sheets_of
from canopy.render.translations import language_of_section, relatives, section_versions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from canopy.content.values import Section, Site, Term
    from canopy.render.edition import Edition
    from canopy.render.images import Images
    from canopy.render.pages import Outline

__all__ = ["affected", "named", "touched"]

_MOST_PATHS = 200
"""Of an event for readers; more are not worth naming."""


def affected(old: Edition | None, new: Edition) -> tuple[str, ...] | None:
    """Return the paths at which something else may be shown than in `old`; None means anywhere.

    More paths than need be are harmless: a reader's tab then asks, and is told that nothing changed.
    """
    return named(touched(old, new))


def named(paths: frozenset[str] | None) -> tuple[str, ...] | None:
    """Return the paths that an event names; None where there are too many."""
    return None if paths is None or len(paths) > _MOST_PATHS else tuple(sorted(paths))


def touched(old: Edition | None, new: Edition) -> frozenset[str] | None:
    """Return the paths of all pages and lists that may look other than in `old`; None means all.

    Feeds, the sitemap and the like are not among them.
    """
    if old is None or _is_framed_otherwise(old.outline, new.outline):
        return None
    both = (old.outline, new.outline)
    gone, fresh = change_of(old.site.shown, new.site.shown)
    paths = {"/", *sheets_of(old.outline.listings, TAGS), *sheets_of(new.outline.listings, TAGS)}
    for path in gone.keys() | fresh.keys():
        before, now = gone.get(path), fresh.get(path)
        if before is not None:
            paths.update(_around(old.outline, before))
        if now is not None:
            paths.update(_around(new.outline, now))
        if before is None or now is None or not _same_subjects(before, now):
            pages = filter(None, (before, now))
            paths.update(other.path for page in pages for other in _on_its_subjects(both, page))
        if new.outline.preview and _called(before) != _called(now):
            # What is wrong with a page is told on it, with the name of the page that may be meant.
            paths.update(old.findings)
        paths.update(moved_sheets(old.outline.listings, new.outline.listings, before, now))
        for site in (old.site, new.site):
            paths.update(_quoting(site, path))
    paths.update(_leading_elsewhere(old, new.site))
    paths.update(_with_other_pictures(old, new.outline.images))
    paths.update(_in_other_sections(*both))
    paths.update(_in_other_terms(*both))
    before_lists, above_lists = old.site.introduced, new.site.introduced
    lists = before_lists.keys() | above_lists.keys()
    paths.update(path for path in lists if before_lists.get(path) is not above_lists.get(path))
    mentions, mentioned = old.site.mentions, new.site.mentions
    paths.update(path for path, found in mentioned.items() if mentions.get(path) is not found)
    paths.update(mentions.keys() - mentioned.keys())
    return frozenset(paths)


def _is_framed_otherwise(old: Outline, new: Outline) -> bool:
    """Tell whether something differs that every page may show or be made with."""
    before, now = old.site, new.site
    return (
        old.setting != new.setting
        or old.names_authors != new.names_authors
        or old.languages != new.languages
        or _home(before) != _home(now)
        or _addresses_of_authors(before, now) != _addresses_of_authors(now, before)
        or _faces(before) != _faces(now)
        or (new.preview and before.problems != now.problems)
    )


def _home(site: Site) -> tuple[bool, str]:
    home = site.home
    return isinstance(home, Page), "" if home is None else home.path


def _addresses_of_authors(site: Site, other: Site) -> dict[str, str]:
    """Return where the authors that two sites have are in one of them: whatever they wrote leads there."""
    terms, others = site.taxonomies.authors.terms, other.taxonomies.authors.terms
    return {key: term.path for key, term in terms.items() if key in others}


def _faces(site: Site) -> list[tuple[str, ...]]:
    """Return what the settings know of authors, and what is seen of it beside their names."""
    known = site.settings.authors
    return [(key, person.name, person.url, portrait_url(site, person.avatar)) for key, person in known]


def _around(outline: Outline, page: Page) -> Iterator[str]:
    """Yield the paths at which a page itself is shown, or linked to by more than a text."""
    yield page.path
    beside = (*outline.siblings.beside(page), *known_siblings(outline, page))
    yield from (other.path for other in beside if other is not None)
    yield from outline.listings.terms_of(page)
    yield from (other.path for other in relatives(page, outline.site, outline.languages))
    series = (term for kind, term in terms_of(outline.site, page) if kind == "series")
    yield from (part.path for term in series for part in term.pages)


def _quoting(site: Site, path: str) -> set[str]:
    """Return the paths of the pages that may show a page's text within their own."""
    # Who introduces a folder is not known for mentioning what is below it, nor who introduces a term at all.
    found = {s.path for s in site.sections.values() if s.index and may_show(s.index.source.body)}
    found |= {path for path, text in site.introduced.items() if may_show(text.source.body)}
    waiting = [path, *found]
    while waiting:
        for page, _ in site.mentions.get(waiting.pop(), ()):
            if page.path not in found and may_show(page.source.body):
                found.add(page.path)
                waiting.append(page.path)
    return found


def _leading_elsewhere(old: Edition, new: Site) -> Iterator[str]:
    """Yield the paths whose links may not lead to where they led; what nobody has seen is not among them."""
    site = old.site
    if site.names is not new.names or site.taxonomies.addresses is not new.taxonomies.addresses:
        stirred = moved(site, new)
        # A copy: pages of the old edition may be printed meanwhile.
        yield from (path for path, keys in old.keys.copy().items() if not stirred.isdisjoint(keys))


def _with_other_pictures(old: Edition, now: Images) -> Iterator[str]:
    """Yield the paths that show a picture which is new, gone or another one, or has another variant."""
    before = old.outline.images
    if before is now:
        return
    paths = before.assets.keys() | now.assets.keys()
    differing = {path for path in paths if before.assets.get(path) is not now.assets.get(path)}
    stirred = differing.union(*map(originals, differing))
    yield from (path for path, keys in old.keys.copy().items() if not stirred.isdisjoint(keys))


def _on_its_subjects(outlines: Iterable[Outline], page: Page) -> Iterator[Page]:
    for outline in outlines:
        for term in shared_terms(outline.site, page):
            yield from term.pages


def _called(page: Page | None) -> tuple[object, ...]:
    """Return all by which a page is found for a link that leads nowhere."""
    return () if page is None else (page.source.path, page.title, page.created)


def _same_subjects(before: Page, now: Page) -> bool:
    """Tell whether pages on the same subjects show and sort a page as before."""
    if now.source.front.categories != before.source.front.categories:
        return False
    return (now.title, now.created, now.tags) == (before.title, before.created, before.tags)


def _in_other_sections(old: Outline, new: Outline) -> Iterator[str]:
    """Yield the paths at which a section is shown that is another one than before."""
    before, now = old.site.sections, new.site.sections
    for path in before.keys() | now.keys():
        was, is_now = before.get(path), now.get(path)
        if was is is_now:
            continue
        yield path
        if _look_of(was, old.site) == _look_of(is_now, new.site):
            continue
        for outline in (old, new):
            yield from _below(outline, path)
            yield from (other for _, other in section_versions(path, outline.site, outline.languages))


def _look_of(section: Section | None, site: Site) -> tuple[str, str, str] | None:
    """Return what else than its own first sheet shows of a section."""
    return (
        None if section is None else (section.title, section.order, language_of_section(section.path, site))
    )


def _below(outline: Outline, path: str) -> Iterator[str]:
    """Yield the paths of a section, of all that is below it, and of the one above."""
    yield path.rpartition("/")[0] or "/"
    for section in outline.site.sections.values():
        if f"{section.path}/".startswith(f"{path.rstrip('/')}/"):
            yield from sheets_of(outline.listings, section.path)
            yield from (page.path for page in section.pages)
            if section.index is not None:
                yield section.index.path
    for page in outline.site.pages.values():
        # It shows where it lies, though no list of what lies there has it.
        if page.unlisted and f"{page.section}/".startswith(f"{path.rstrip('/')}/"):
            yield page.path


def _in_other_terms(old: Outline, new: Outline) -> Iterator[str]:
    """Yield the paths of catalogues, and of the pages that link to a term which is called otherwise now."""
    catalogues = kinds(old.site.taxonomies)
    for kind, taxonomy in kinds(new.site.taxonomies).items():
        before, now = catalogues[kind].terms, taxonomy.terms
        yield from sheets_of(old.listings, catalogues[kind].path)
        yield from sheets_of(new.listings, taxonomy.path)
        for key in before.keys() | now.keys():
            terms = [terms[key] for terms in (before, now) if key in terms]
            if len(set(map(_name_of, terms))) != 1 or len(terms) != 2:
                for term in terms:
                    yield term.path
                    yield from (page.path for page in term.pages)


def _name_of(term: Term) -> tuple[str, str]:
    return term.name, term.path
