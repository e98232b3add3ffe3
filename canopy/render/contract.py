"""What templates of a repository may count on besides jinja2: functions and filters, and what they do.

The manual's reference is made from this, from the views and from the theme's templates; a test compares.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

FUNCTIONS: Mapping[str, str] = {
    "asset": 'A file’s URL: `asset("rose.svg")` is `_theme/assets/rose.svg`, or one of the default theme.',
    "_": 'A text of the interface in the page’s language: `_("Tags")`. It takes texts in quotes only.',
    "ngettext": "The same for a number: one form for one, another for many.",
    "script_words": "The name of the asset with the words that scripts say, for `asset`; empty in English.",
}
FILTERS: Mapping[str, str] = {
    "bare": "An address as people write it, without its scheme.",
    "day": "A date in the page’s language, as `time` element.",
    "day_of_year": "The same without its year.",
    "direction": "A language’s value for `dir`: `rtl` or `auto`.",
    "initials": "Pages as pairs of a letter and those that begin with it.",
    "lang": "The attribute `lang` for a language, unless it is the argument, that of what is around it.",
    "language_name": "A language’s name in that language.",
    "listed": "Several texts as one reads them out: A, B and C.",
    "month": "A date’s month and year.",
    "month_alone": "A date’s month where its year is said already.",
    "months": "The pages of a year as pairs of a date in a month and those of it.",
    "number": "A number with what separates its thousands.",
    "outline": "Headings as pairs of a depth from 0 and the heading; three levels at most.",
    "period": "The dates of the first and the last page of a list, or nothing.",
    "shell": "A text as one argument of a command.",
    "spoken": "The attributes of an element with words of ours, where the page is in another language.",
    "year": "A year as the page’s language writes it.",
    "years": "Pages as pairs of a year and those of it; of a short list as one pair without a year.",
}
