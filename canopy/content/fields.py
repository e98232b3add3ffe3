"""The fields of front matter: the one table of what each is called in every tradition, and what it says.

The parser reads by this table, and the manual's own (`canopy/starter/guide/front-matter.md`) is made of it.
It knows names and kinds; `canopy.content.frontmatter` reads the values.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from itertools import groupby
from operator import itemgetter


class Kind(Enum):
    """How the value of a field is read."""

    TEXT = auto()
    MARKDOWN = auto()
    PEOPLE = auto()
    LIST = auto()
    DATE = auto()
    SLUG = auto()
    ADDRESS = auto()
    TARGET = auto()
    DRAFT = auto()
    LANGUAGE = auto()
    NUMBER = auto()
    ORDER = auto()
    MENU = auto()
    NAVIGATION = auto()
    IMAGE = auto()
    LITERAL = auto()


@dataclass(frozen=True, slots=True)
class Field:
    """One field of `FrontMatter` and the names under which the traditions write it, the strongest first."""

    name: str
    kind: Kind
    meaning: str
    """For people: one short sentence, without a full stop."""
    written: tuple[tuple[str, str], ...]
    """Each name as it is spelled, and the tradition that has it; empty for what everybody writes."""
    keys: tuple[str, ...]
    """The names as `squeezed` has them, the strongest first."""
    nested: bool = False
    """It counts within `extra` (Zola) and `params` (Hugo) too."""
    decides: bool = False
    """It may decide at which address a page is, or whether it is at one."""


@lru_cache(maxsize=4096)
def squeezed(key: str) -> str:
    """Return what all spellings of a name have in common: `publishDate`, `publish_date`, `Publish Date`."""
    return key.strip().lower().replace("-", "").replace("_", "").replace(" ", "")


def _field(
    name: str, kind: Kind, meaning: str, *groups: str, nested: bool = False, decides: bool = False
) -> Field:
    """Make a field. A group is some names, and behind an @ the tradition that writes them so."""
    written = []
    for group in groups:
        names, _, tradition = group.partition("@")
        written += [(key, tradition) for key in names.split()]
    keys = tuple(dict.fromkeys(squeezed(key) for key, _ in written))
    return Field(name, kind, meaning, tuple(written), keys, nested, decides)


AUTHOR_URL = "author_url"
"""The one field that is no field of `FrontMatter`: it completes `authors`."""

FIELDS = (
    _field("title", Kind.TEXT, "the title", "title", "subject@mirage-www", decides=True),
    _field(
        "authors",
        Kind.PEOPLE,
        "a name or a list of names; `[Name](https://…)`, or a map of `name` and `url`, has a link",
        "author authors",
        nested=True,
    ),
    _field(AUTHOR_URL, Kind.TARGET, "where the name of a single author leads", "author_url author_uri"),
    _field(
        "date",
        Kind.DATE,
        "when it was published, instead of the commit that added the file",
        "date",
        "publishDate pubDate published@Hugo",
        "created@Obsidian",
        "createdAt publishedAt datePublished",
        decides=True,
    ),
    _field(
        "updated",
        Kind.DATE,
        "when it last changed, instead of the newest commit",
        "updated",
        "lastmod@Hugo",
        "last_modified_at@Jekyll",
        "modified@Obsidian",
        "updatedAt lastUpdated dateModified",
    ),
    _field(
        "appears",
        Kind.DATE,
        "nobody sees the page before that moment; without it, before its `date`",
        "publishDate",
        "pubDate@Hugo",
        "appears",
        decides=True,
    ),
    _field(
        "expires",
        Kind.DATE,
        "from that moment on nobody sees the page any more",
        "expires",
        "expiryDate unpublishDate@Hugo",
        "expirationDate",
    ),
    _field(
        "draft",
        Kind.DRAFT,
        "`true` keeps the page out of the site, as `private: true` and `status: draft` do; of `published` and"
        " `publish` it is `false`",
        "draft",
        "published@Jekyll",
        "publish@Obsidian",
        "status@Pelican",
        "private",
        decides=True,
    ),
    _field(
        "unlisted",
        Kind.DRAFT,
        "`true` keeps the page out of lists, feeds, the search and the sitemap: who has its address finds it",
        "unlisted",
    ),
    _field("tags", Kind.LIST, "a list, or words between commas", "tags tag"),
    _field(
        "categories",
        Kind.LIST,
        "a list, or words between commas; in Jekyll also between spaces",
        "categories category",
        decides=True,
    ),
    _field("series", Kind.LIST, "the series that the page is a part of", "series", nested=True),
    _field(
        "abstract",
        Kind.MARKDOWN,
        "a sentence or two for listings, above the text and for search engines",
        "abstract description",
        "summary@Hugo",
        "excerpt@Jekyll",
        "subtitle",
    ),
    _field(
        "image",
        Kind.IMAGE,
        "the picture that stands for the page in previews elsewhere",
        "image",
        "cover images featuredImage@Hugo",
        "thumbnail header teaser@Jekyll",
        "banner socialImage@Obsidian",
        "featureImage coverImage ogImage hero thumb",
        nested=True,
    ),
    _field("slug", Kind.SLUG, "the last part of the address", "slug", "permalink@mirage-www", decides=True),
    _field(
        "url",
        Kind.ADDRESS,
        "the whole address, from the first slash",
        "url",
        "permalink@Jekyll",
        "path@Zola",
        decides=True,
    ),
    _field(
        "aliases",
        Kind.LIST,
        "old addresses that lead here; in Obsidian other names of the note",
        "aliases alias",
        "redirect_from@Jekyll",
        decides=True,
    ),
    _field(
        "redirect",
        Kind.TARGET,
        "an address; the file only leads there",
        "redirect",
        "redirect_to@Jekyll",
        decides=True,
    ),
    _field(
        "language",
        Kind.LANGUAGE,
        "the language of the text, as `en` or `pt-BR`",
        "lang language",
        "locale",
        decides=True,
    ),
    _field(
        "weight",
        Kind.NUMBER,
        "a number; in a section that is ordered by weight, the lighter comes first",
        "weight",
        "nav_order@Jekyll",
        "order sidebar_position position",
    ),
    _field(
        "order",
        Kind.ORDER,
        "of a section’s own page: how it is sorted, by `date`, `oldest`, `title` or `weight`",
        "order",
        "sort_by@Zola",
    ),
    _field(
        "menu",
        Kind.MENU,
        "`main` puts the page into the navigation",
        "menu",
        "menus@Hugo",
        "nav sidebar_link@Jekyll",
    ),
    _field(
        "short_title",
        Kind.NAVIGATION,
        "a shorter title for the navigation",
        "short_title",
        "linkTitle@Hugo",
        "nav_title@Jekyll",
        "sidebar_label",
        nested=True,
    ),
    _field(
        "separator",
        Kind.LITERAL,
        "what ends the excerpt, besides `<!--more-->`",
        "excerpt_separator",
    ),
    _field("layout", Kind.TEXT, "the template it was written for", "layout", "template@Zola", decides=True),
)
"""In the order of the manual."""

KNOWN = frozenset(key for field in FIELDS for key in field.keys)

_INERT = {
    "Canopy": "content uuid",
    "Jekyll": "comments sitemap math mathjax pin toc liquid render_with_liquid classes sidebar css js"
    " nav_exclude has_children parent grand_parent search_exclude feature_row gallery author_profile share"
    " related read_time robots seo hidden collection ext output search",
    "Hugo": "type params outputs markup cascade headless build _build isCJKLanguage keywords resources"
    " translationKey noindex externalUrl featured showToc tocopen disableShare",
    "Zola": "taxonomies extra in_search_index render transparent page_template paginate_by paginate_path"
    " paginate_reversed insert_anchor_links generate_feeds generate_feed sort_reverse",
    "Obsidian": "cssclasses cssclass kanban-plugin source up down rating enableToc socialDescription id",
    "others": "publisher height width languages license copyright affiliation email version keyword state"
    " name link links text label labels topic topics project parents next previous prev types hide_title"
    " hide_table_of_contents pagination_next pagination_prev sections",
}
"""Names that mean something elsewhere and nothing here, deliberately: no misspellings of a field."""

_ALSO_DECIDING = "id headless build _build type excalidraw-plugin"
"""Names that decide by a tradition of their own: Docusaurus', Hugo's, Hexo's, Obsidian's."""
DECIDING = frozenset(
    [key for field in FIELDS if field.decides for key in field.keys]
    + [*map(squeezed, _ALSO_DECIDING.split())]
)
"""All names by which the address of a page may change."""

INERT = frozenset(squeezed(name) for names in _INERT.values() for name in names.split())


def manual_rows() -> list[tuple[str, str, str]]:
    """Return the rows of the manual's table: a field, what it says, and what else it is called."""
    rows = []
    for field in FIELDS:
        (first, _), *others = field.written
        names = []
        for tradition, group in groupby(others, key=itemgetter(1)):
            spelled = ", ".join(f"`{name}`" for name, _ in group)
            names.append(f"{spelled} ({tradition})" if tradition else spelled)
        rows.append((f"`{first}`", field.meaning, ", ".join(names)))
    return rows
