"""The media types of files by extension: our own table, so that a site does not depend on its machine."""

from __future__ import annotations

OCTETS = "application/octet-stream"
PLAIN_TEXT = "text/plain; charset=utf-8"

# In the form of the file `mime.types`: a type, then its extensions.
_TYPES = """
application/atom+xml atom
application/epub+zip epub
application/geo+json geojson
application/gpx+xml gpx
application/gzip gz tgz
application/java-archive jar
application/json json map
application/ld+json jsonld
application/manifest+json webmanifest
application/msword doc
application/octet-stream bin deb dmg exe gpg iso rpm sig
application/pdf pdf
application/postscript eps ps
application/rss+xml rss
application/rtf rtf
application/vnd.ms-excel xls
application/vnd.ms-fontobject eot
application/vnd.ms-powerpoint ppt
application/vnd.oasis.opendocument.presentation odp
application/vnd.oasis.opendocument.spreadsheet ods
application/vnd.oasis.opendocument.text odt
application/vnd.openxmlformats-officedocument.presentationml.presentation pptx
application/vnd.openxmlformats-officedocument.spreadsheetml.sheet xlsx
application/vnd.openxmlformats-officedocument.wordprocessingml.document docx
application/vnd.rar rar
application/vnd.sqlite3 sqlite
application/wasm wasm
application/x-7z-compressed 7z
application/x-bzip2 bz2
application/x-ipynb+json ipynb
application/x-tar tar
application/x-xz xz
application/xhtml+xml xhtml
application/zip zip
application/zstd zst
audio/aac aac
audio/flac flac
audio/midi mid midi
audio/mp4 m4a
audio/mpeg mp3
audio/ogg oga ogg opus
audio/wav wav
audio/webm weba
font/otf otf
font/ttf ttf
font/woff woff
font/woff2 woff2
image/apng apng
image/avif avif
image/bmp bmp
image/gif gif
image/heic heic
image/jpeg jfif jpeg jpg
image/jxl jxl
image/png png
image/svg+xml svg
image/tiff tif tiff
image/vnd.adobe.photoshop psd
image/webp webp
image/x-icon ico
text/calendar; charset=utf-8 ics
text/css; charset=utf-8 css
text/csv; charset=utf-8 csv
text/html; charset=utf-8 htm html
text/javascript; charset=utf-8 js mjs
text/tab-separated-values; charset=utf-8 tsv
text/vcard; charset=utf-8 vcf
text/vtt; charset=utf-8 vtt
text/xml; charset=utf-8 xml
video/mp4 m4v mp4
video/mpeg mpeg mpg
video/ogg ogv
video/quicktime mov
video/webm webm
video/x-matroska mkv
"""
# Source code is shown as it is; it is no prose.
_CODE = """
asc bash bat bib c cc cfg clj conf cpp cs cxx dart diff el erl ex exs fish go gradle h hpp hs ini java jl jsx
kt kts less lisp lock log lua m ml mli mll mly nim nix opam patch php pl pm properties ps1 py r rb rs sass
scala scm scss sh sql swift tex toml ts tsx vim vue yaml yml zig zsh
"""


def _read(table: str) -> dict[str, str]:
    types: dict[str, str] = {}
    for line in table.strip().splitlines():
        kind, _, rest = line.partition(" ")
        if kind.endswith(";"):
            charset, _, rest = rest.partition(" ")
            kind = f"{kind} {charset}"
        types.update((f".{extension}", kind) for extension in rest.split())
    return types


MEDIA_TYPES = {f".{extension}": PLAIN_TEXT for extension in _CODE.split()} | _read(_TYPES)
"""By extension, in lower case with its dot."""
