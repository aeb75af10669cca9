"""MkDocs hook: the repository's other Markdown files become pages, and links to files work in both.

The Markdown files are written to be read where they lie: their links are paths between files of the
repository. On the site, docs/ is the top; README.md and the others of `PAGES` keep their place.
"""

from __future__ import annotations

import logging
import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.structure.files import File, Files

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[2]
PAGES = (
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "benchmarks/README.md",
    "saved_models/README.md",
    "saved_models/full/MODEL_CARD.md",
    "saved_models/small/MODEL_CARD.md",
)
"""Markdown files outside docs/ that are pages of the site."""

_log = logging.getLogger("mkdocs.plugins.repository")  # its warnings end a strict build

# Code, where nothing is a link; else [text](target), ![text](target), or the source of an image.
_CODE_OR_LINK = re.compile(
    r"(?P<code>^ *```.*?^ *```$|`[^`\n]+`)"
    r"|(?P<before>!?\[(?P<text>[^\]]*)\]\(|<img src=\")"
    r"(?P<path>[^)\s#\":]+)(?P<anchor>#[^)\s\"]*)?(?P<after>\)|\")",
    re.MULTILINE | re.DOTALL,
)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds the pages from outside docs/."""
    for path in PAGES:
        files.append(File.generated(config, path, abs_src_path=str(ROOT / path)))
    return files


def on_page_markdown(markdown: str, page: Page, files: Files, **_: object) -> str:
    """Links between files of the repository become links between pages of the site."""
    uri = page.file.src_uri
    folder = posixpath.dirname(uri if uri in PAGES else f"docs/{uri}")

    def rewritten(match: re.Match[str]) -> str:
        if match["code"]:
            return match[0]
        path = posixpath.normpath(posixpath.join(folder, match["path"]))
        target = path.removeprefix("docs/")
        if files.get_file_from_path(target) is None:
            if (ROOT / path).exists():  # a file or folder of the checkout alone
                return match["text"]
            _log.warning("%s links to %s, which does not exist.", uri, path)
            return match[0]
        relative = posixpath.relpath(target, posixpath.dirname(uri) or ".")
        if not match["text"] and match["before"].startswith("<"):
            relative = files.get_file_from_path(target).url_relative_to(page.file)
        return f"{match['before']}{relative}{match['anchor'] or ''}{match['after']}"

    return _CODE_OR_LINK.sub(rewritten, markdown)
