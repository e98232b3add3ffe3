"""Full-text search over a site: pages in, ranked hits with marked passages out.

Owns sqlite3's FTS5 and what a word is. It knows pages, and neither HTTP nor HTML: what matched is told as
plain pieces of text. Everything blocks, and is meant to be called from threads.
"""

from canopy.search.index import MOST_HITS, Found, Hit, Index
from canopy.search.query import MOST_CHARACTERS, Query, parse_query

__all__ = ["MOST_CHARACTERS", "MOST_HITS", "Found", "Hit", "Index", "Query", "parse_query"]
