"""The site made of docs/: it builds, every page is in it, and it loads nothing from a network."""

import importlib.util
import re
from html.parser import HTMLParser

import pytest

from tests.fixtures import forked_scripts
from tests.fixtures.checkout import CHECKOUT

PLACES = (CHECKOUT / "docs", CHECKOUT)

needs_mkdocs = pytest.mark.skipif(
    importlib.util.find_spec("mkdocs") is None, reason="the extra docs"
)


def navigation():
    """The pages that mkdocs.yml names, in their order."""
    text = (CHECKOUT / "mkdocs.yml").read_text().partition("\nnav:\n")[2]
    return re.findall(r"- (?:.+: )?(\S+\.(?:md|ipynb))$", text, re.MULTILINE)


def test_every_page_of_docs_is_in_the_navigation_once():
    docs = CHECKOUT / "docs"
    pages = {path.relative_to(docs) for path in docs.rglob("*.md")}
    pages |= {path.relative_to(docs).with_suffix(".md") for path in docs.rglob("*.ipynb")}
    named = navigation()
    assert len(named) == len(set(named))
    assert {path.as_posix() for path in pages} <= set(named)


class Sources(HTMLParser):
    """What a page makes a browser fetch by itself; links to follow are none of it."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.found += [attributes[key] for key in ("src", "srcset", "poster") if key in attributes]
        if tag == "link" and attributes.get("rel") != "canonical":
            self.found.append(attributes["href"])


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder of the built site; the help texts of settings need imports that take long."""
    folder = tmp_path_factory.mktemp("site")
    script = tmp_path_factory.mktemp("script") / "build.py"
    script.write_text(
        "import runpy, sys\n"
        "sys.path[0] = ''\n"
        "runpy.run_module('mkdocs', run_name='__main__', alter_sys=True)\n"
    )
    process = forked_scripts.run(
        script, "build", "--strict", "--site-dir", folder, cwd=CHECKOUT,
        environment={"NO_MKDOCS_2_WARNING": "1"},
    )  # fmt: skip
    assert process.returncode == 0, process.stderr
    return folder


@needs_mkdocs
def test_built_pages_load_nothing_from_a_network(site):
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > len(navigation()) - 1
    for page in pages:
        sources = Sources()
        sources.feed(page.read_text())
        assert sources.found, page
        for source in sources.found:
            assert not re.match(r"(?:https?:)?//", source), (page, source)
    for sheet in site.rglob("*.css"):
        assert not re.search(r"@import|url\(\s*[\"']?(?:https?:)?//", sheet.read_text()), sheet


@needs_mkdocs
@pytest.mark.parametrize(
    ("page", "link"),
    [
        ("index.html", 'href="lift_your_keypoints.html"'),  # README.md: docs/...
        ("index.html", 'href="benchmarks/index.html#accuracy"'),
        ("index.html", 'src="images/cmu17.png"'),
        ("mocap.html", 'href="benchmarks/index.html#accuracy"'),  # docs/: ../benchmarks/...
        ("saved_models/small/MODEL_CARD.html", 'href="../full/MODEL_CARD.html"'),
        ("own_skeleton.html", 'href="samples/own_detector.toml"'),
    ],
)
def test_links_between_files_lead_to_the_pages_made_of_them(site, page, link):
    text = (site / page).read_text()
    assert link in text
    target = re.search('"([^"#]+)', link)[1]
    assert ((site / page).parent / target).is_file()


@needs_mkdocs
def test_what_is_in_the_checkout_alone_is_named_and_not_linked(site):
    text = (site / "lift_your_keypoints.html").read_text()
    assert 'href="samples"' not in text
    assert "Its input is in samples" in text


@needs_mkdocs
def test_reference_has_docstrings_and_the_help_texts_of_settings(site):
    assert 'id="posenet3d.load"' in (site / "reference" / "posenet3d.html").read_text()
    lifting = (site / "reference" / "lifting.html").read_text()
    assert "Frames a second of the input: for all that looks at several frames" in lifting
