"""The description with which browsers search the site from their own field (OpenSearch 1.1, draft 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from canopy.render.interface import Interface

if TYPE_CHECKING:
    from canopy.content.values import Site

OPENSEARCH = "/-/opensearch.xml"
OPENSEARCH_TYPE = "application/opensearchdescription+xml; charset=utf-8"
SEARCH = "/-/search"


def render_description(site: Site) -> str:
    """Write where to send a query, by the site's absolute URL."""
    title = "".join(c for c in site.title if c.isprintable()) or "Canopy"
    about = Interface.of(site.language).gettext("Search %(site)s", site=title).unescape()
    template = quoteattr(site.absolute(SEARCH) + "?q={searchTerms}")
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">\n'
        # 4.2.1: at most 16 characters.
        f"<ShortName>{escape(title[:16].strip())}</ShortName>\n"
        f"<Description>{escape(about[:1024])}</Description>\n"
        f'<Url type="text/html" method="get" template={template}/>\n'
        f'<Url type="application/opensearchdescription+xml" rel="self" '
        f"template={quoteattr(site.absolute(OPENSEARCH))}/>\n"
        "<InputEncoding>UTF-8</InputEncoding>\n</OpenSearchDescription>\n"
    )
