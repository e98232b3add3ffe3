"""What Jekyll's settings say about a site and its people: `_config.yml`, `_data/authors.yml`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from canopy.content.conventions.configs import Config, language_tag, read_config, site_url
from canopy.content.grammar import normalised
from canopy.content.people import make_author, parse_authors
from canopy.content.values import Person, SiteSettings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from canopy.content.conventions.convention import Tree
    from canopy.content.values import Author

_MOST_VARIABLES = 500
_LONGEST_VARIABLE = 500


def settings_of(tree: Tree, config: Config) -> SiteSettings:
    """Return what `_config.yml` and the people of `_data/` say of the site."""
    url = site_url(config.text("url") + "/" + config.text("baseurl").strip("/")) or site_url(
        config.text("url")
    )
    people = read_config(tree.first("_data/authors.yml", "_data/authors.yaml", "_data/authors.json"))
    return SiteSettings(
        title=_title(config),
        description=config.text("description", "tagline"),
        language=language_tag(config.text("lang", "locale", "language")),
        timezone=config.text("timezone"),
        own_urls=(url,) if url else (),
        author=_author(config),
        authors=tuple(sorted(_people(people.values))),
        variables=tuple(sorted(_variables("", config.values)))[:_MOST_VARIABLES],
    )


def _title(config: Config) -> str:
    title = config.text("title", "name")
    # al-folio's word for a site that is called after its author.
    names = [config.text(f"{name}_name") for name in ("first", "middle", "last")]
    return " ".join(filter(None, names)) or title if title in ("", "blank") else title


def _variables(above: str, values: Mapping[str, object]) -> Iterable[tuple[str, str]]:
    for key, value in values.items():
        name = above + normalised(key)
        if isinstance(value, str) and len(value) <= _LONGEST_VARIABLE:
            yield name, value
        elif isinstance(value, dict) and above.count(".") < 2:
            yield from _variables(f"{name}.", value)


def _author(config: Config) -> tuple[Author, ...]:
    name = config.text("author.name", "author")
    found = parse_authors(name)
    url = config.text("author.url", "author.uri", "author.website")
    if len(found) == 1 and url and (author := make_author(found[0].name, url)):
        return (author,)
    return found


def _people(values: Mapping[str, object]) -> Iterable[tuple[str, Person]]:
    for key, value in list(values.items())[:500]:
        if isinstance(value, dict):
            name = str(value.get("name") or value.get("display_name") or key)
            url = str(value.get("url") or value.get("uri") or value.get("web") or value.get("site") or "")
            author = make_author(name, url)
            if author:
                yield key, Person(author.name, author.url, str(value.get("avatar") or ""))
