"""What Hugo's settings say: in one file, or in a folder `config/` with one for each topic and language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from canopy.content.conventions.configs import Config, language_tag, read_config, site_url
from canopy.content.paths import base_name, extension
from canopy.content.people import make_author, parse_authors
from canopy.content.values import SiteSettings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from canopy.content.conventions.convention import Tree
    from canopy.content.values import Author

_WHOLE = re.compile(r"-?[0-9]{1,9}")
_KINDS = (".toml", ".yaml", ".yml", ".json")
_FOLDERS = ("config/production", "config/_default")
"""The strongest first: what Hugo builds for readers is production."""
OLD = tuple(f"config{kind}" for kind in _KINDS)
FILES = (
    *(f"hugo{kind}" for kind in _KINDS),
    *(
        f"{folder}/{name}{kind}"
        for folder in _FOLDERS[::-1]
        for name in ("hugo", "config")
        for kind in _KINDS
    ),
)
_MENUS = ("main", "header", "nav", "navbar", "navigation", "primary", "top", "mainmenu", "main_menu")
"""What themes call the menu above every page."""
MAX_FILES = 500


@dataclass(frozen=True, slots=True)
class HugoConfig:
    """The settings, as far as they matter to where pages stand and what the site is called."""

    values: Config
    content: tuple[tuple[str, str], ...]
    """Folders of pages and the beginning of their addresses, the longest folder first."""
    static: tuple[tuple[str, str], ...]
    """Likewise of files."""
    patterns: tuple[tuple[str, str], ...]
    ugly: tuple[str, ...]
    """The sections whose addresses end in `.html`; `*` is all."""
    languages: tuple[str, ...]
    """The site's own first; none if there is but one."""
    settings: SiteSettings


def read_hugo(tree: Tree) -> HugoConfig:
    """Return what all the files say together."""
    config = _all(tree)
    default = (config.text("defaultcontentlanguage") or "en").lower()
    languages = [str(name) for name in config.table("languages")]
    mounts = list(_mounts(config))
    ugly = config.table("uglyurls")
    return HugoConfig(
        values=config,
        content=_content(config, languages, default, mounts),
        static=_static(config, mounts),
        patterns=tuple(sorted(_patterns(config))),
        ugly=("*",) if config.truth("uglyurls") else tuple(n for n, yes in ugly.items() if yes == "true"),
        languages=tuple(dict.fromkeys((default, *languages))) if languages else (),
        settings=_settings(config, default),
    )


def _all(tree: Tree) -> Config:
    main = read_config(tree.first(*(f"hugo{kind}" for kind in _KINDS), *OLD))
    values: dict[str, object] = dict(main.values)
    problems = list(main.problems)
    for folder in _FOLDERS:
        for path in sorted(tree.inside(folder))[:MAX_FILES]:
            part, _, language = base_name(path)[: -len(extension(path))].partition(".")
            if extension(path) not in _KINDS:
                continue
            found = read_config(tree.get(path))
            problems += found.problems
            place: dict[str, object] = values
            for name in _path(part.lower(), language.lower()):
                inner = place.setdefault(name, {})
                place = inner if isinstance(inner, dict) else {}
            _fill(place, found.values)
    return Config(values, tuple(problems))


def _path(part: str, language: str) -> tuple[str, ...]:
    """Return where in the settings those of a file belong: `menus.de.toml` to those of German."""
    names = () if part in ("hugo", "config") else (part,)
    if not language:
        return names
    return ("languages", language) if part == "languages" else ("languages", language, *names)


def _fill(place: dict[str, object], values: object) -> None:
    """Add what is not there yet, in tables within too."""
    for name, value in values.items() if isinstance(values, dict) else ():
        known = place.setdefault(name, value)
        if known is not value and isinstance(known, dict):
            _fill(known, value)


def _mounts(config: Config) -> Iterator[tuple[str, str, str]]:
    """Yield source, target and language of the folders that stand in for the usual ones."""
    for mount in config.list("module.mounts")[:MAX_FILES]:
        entry = Config(mount) if isinstance(mount, dict) else Config()
        language = entry.list("lang", "sites.matrix.languages", "sites.complements.languages")
        source, target = entry.text("source").strip("./"), entry.text("target").strip("./")
        if source and target:
            yield f"/{source}", f"/{target}", str(language[0]) if language else ""


def _content(
    config: Config, languages: Iterable[str], default: str, mounts: Iterable[tuple[str, str, str]]
) -> tuple[tuple[str, str], ...]:
    below = config.truth("defaultcontentlanguageinsubdir")

    def begin(language: str) -> str:
        return "" if language in ("", default) and not below else f"/{language or default}"

    folders: dict[str, str] = {}
    for language in languages:
        own = config.text(f"languages.{language}.contentdir").strip("/")
        if own:
            folders[f"/{own}"] = begin(language)
    for source, target, language in mounts:
        if target == "/content" or target.startswith("/content/"):
            folders.setdefault(source, begin(language) + target[len("/content") :])
    if not folders or (len(folders) < len(list(languages)) and not any(mounts)):
        top = "/" + (config.text("contentdir") or "content").strip("/")
        folders.setdefault(top, begin(""))
    return tuple(sorted(folders.items(), key=lambda item: (-len(item[0]), item)))


def _static(config: Config, mounts: Iterable[tuple[str, str, str]]) -> tuple[tuple[str, str], ...]:
    named = [item for item in config.list("staticdir") if isinstance(item, str) and item.strip("/")]
    folders = {f"/{item.strip('/')}": "" for item in named or ["static"]}
    for source, target, _ in mounts:
        if target == "/static" or target.startswith("/static/"):
            folders[source] = target[len("/static") :]
    return tuple(sorted(folders.items(), key=lambda item: (-len(item[0]), item)))


def _patterns(config: Config) -> Iterator[tuple[str, str]]:
    table = config.table("permalinks")
    pages = table.get("page")
    for source in (table, pages if isinstance(pages, dict) else {}):
        for section, pattern in source.items():
            if isinstance(pattern, str) and pattern:
                yield str(section), pattern


def _settings(config: Config, default: str) -> SiteSettings:
    url = site_url(config.text("baseurl"))
    own = f"languages.{default}"
    return SiteSettings(
        title=config.text(f"{own}.title", "title"),
        description=config.text(
            f"{own}.params.description", "params.description", "params.subtitle", "description"
        ),
        language=language_tag(
            config.text(f"{own}.languagecode", f"{own}.locale", "languagecode", "locale") or default
        ),
        languages=tuple(str(name) for name in config.table("languages")),
        timezone=config.text("timezone"),
        own_urls=(url,) if url else (),
        author=_author(config),
        menu=_menu(config, own),
    )


def _author(config: Config) -> tuple[Author, ...]:
    found = parse_authors(config.text("params.author.name", "params.author", "author.name", "author"))
    url = config.text("params.author.url", "author.url")
    return (author,) if len(found) == 1 and (author := make_author(found[0].name, url)) else found


def _menu(config: Config, own: str) -> tuple[tuple[str, str], ...]:
    """Return the main menu by weight; entries without an address head what a theme unfolds."""
    rows = []
    tables = (f"{own}.menus", f"{own}.menu", "menus", "menu")
    names = [f"{table}.{name}" for name in _MENUS for table in tables]
    below = f"/{own.partition('.')[2]}/" if config.truth("defaultcontentlanguageinsubdir") else ""
    for place, item in enumerate(config.list(*names)[:100]):
        entry = Config(item) if isinstance(item, dict) else Config()
        target = entry.text("pageref", "url")
        name = entry.text("name", "title", "identifier")
        if target and name and not entry.text("parent"):
            weight = entry.text("weight")
            target = target if "://" in target or target.startswith(("/", "#")) else below + target
            rows.append((int(weight) if _WHOLE.fullmatch(weight) else 10**6, place, name, target))
    return tuple((name, target) for _, _, name, target in sorted(rows))
