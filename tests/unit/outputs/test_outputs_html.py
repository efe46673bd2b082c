"""The pages run nothing, fetch nothing, show what a student needs, and quote what a student wrote."""

from __future__ import annotations

import base64
import hashlib
import itertools
import re
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from steepest.model import GradeReport, Verdict
from steepest.outputs.cards import cards
from steepest.outputs.heat_map import _DARK, _LIGHT, LEVELS, _ink_on, _rgb
from steepest.outputs.html import render_index, render_report, style_sheet

VOID = {"meta", "br", "img", "link", "input", "hr", "base"}
FETCHING = {"script", "iframe", "object", "embed", "link", "base", "form", "img", "video", "audio", "use", "image", "a"}


class Page(HTMLParser):
    """A page as a browser would see it: its elements with attributes, its text, and whether tags are balanced."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {key: value or "" for key, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data

    def all(self, tag: str) -> list[dict[str, str]]:
        """Return the attributes of every element of that kind."""
        return [attributes for name, attributes in self.elements if name == tag]


def assert_harmless(html: str) -> Page:
    """Return the parsed page after a look at everything that could run or fetch."""
    page = Page(html)
    assert page.open == []
    assert {name for name, _ in page.elements} & FETCHING <= {"a"}
    for name, attributes in page.elements:
        assert not [
            key for key in attributes if key.startswith("on") or key in {"style", "src", "srcdoc", "formaction"}
        ]
        for key, value in attributes.items():
            if key in {"href", "xlink:href"}:
                assert re.fullmatch(r"#mend-\d+|[A-Za-z0-9_-]{1,64}/report\.html", value), (name, value)
            if key == "xmlns":
                assert value == "http://www.w3.org/2000/svg"
            else:
                assert "://" not in value or key in {"title", "aria-label", "content"}, (name, key, value)
    css = html.split("<style>")[1].split("</style>")[0]
    assert "url(" not in css
    assert "@import" not in css
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", html)
    return page


@pytest.mark.parametrize("name", ["report", "perfect", "fault", "hostile"])
def test_a_page_runs_nothing_and_fetches_nothing(name: str, request: pytest.FixtureRequest) -> None:
    html = render_report(request.getfixturevalue(name), "Linear Algebra", "The inverse")
    assert_harmless(html)
    html.encode("utf-8")


def test_hostile_titles_and_names_are_quoted_too(hostile: GradeReport) -> None:
    attack = hostile.notes[0]
    page = assert_harmless(render_report(hostile, attack, attack))
    assert page.text.count("<script>alert(1)</script>") > 10
    names = {hostile.student: attack, "noether": attack}
    ungraded = replace(hostile, fault=attack)
    index = assert_harmless(
        render_index([hostile, ungraded, replace(hostile, student="noether")], attack, attack, names)
    )
    assert [a["href"] for a in index.all("a")] == ["noether/report.html"]


def test_templates_do_not_evaluate_what_a_student_wrote(hostile: GradeReport) -> None:
    page = Page(render_report(hostile))
    assert "{{ 7*7 }}" in page.text
    assert "49" not in page.text


def test_huge_texts_leave_a_page_of_bounded_size(hostile: GradeReport) -> None:
    assert len(render_report(hostile)) < 100_000


def test_backticks_become_code_and_stay_escaped(report: GradeReport) -> None:
    notes = ("Let `steps` count, not `<b onclick=x>`. A lone ` stays.",)
    html = render_report(replace(report, notes=notes))
    assert "Let <code>steps</code> count, not <code>&lt;b onclick=x&gt;</code>. A lone ` stays." in html
    assert_harmless(html)


def test_the_policy_allows_the_style_sheet_and_nothing_else(report: GradeReport) -> None:
    html = render_report(report)
    css = html.split("<style>")[1].split("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    policy = next(m["content"] for m in Page(html).all("meta") if m.get("http-equiv") == "Content-Security-Policy")
    assert policy.split("; ")[:2] == ["default-src 'none'", f"style-src 'sha256-{digest}'"]
    assert "unsafe" not in policy


def test_the_same_report_gives_the_same_page(report: GradeReport) -> None:
    assert render_report(report) == render_report(report)


def test_a_failed_property_shows_all_that_is_needed_to_mend_it(report: GradeReport) -> None:
    text = " ".join(Page(render_report(report)).text.split())
    for words in (
        "X M = I and M X = I for orthogonal matrices.",
        "calculate_inverse(M)",
        "float32, condition number 2.62",
        "a float32 tensor of shape (2, 2), a list of 2000 numbers",
        "max |X M - I| = 1, allowed: at most 0.001",
        "Check the order of the product",
        "orthogonal matrices: 7 x 7, float32, condition number 1.",
    ):
        assert words.lower() in text.lower(), words
    assert "1.31" not in text, "a number measured on the exam never stands beside a public matrix"


def test_a_failure_without_a_public_example_gives_the_facts_of_the_exam(report: GradeReport) -> None:
    text = " ".join(Page(render_report(report)).text.split())
    assert "max |X M - I| = 0.0312, allowed: at most 0.00214" in text
    assert "no small public matrix was found that shows it. Matrices with sides from 8 to 12: 11 x 11" in text


def test_pictures_say_what_they_show(report: GradeReport) -> None:
    labels = [s.get("aria-label") for s in Page(render_report(report)).all("svg") if s.get("role") == "img"]
    assert labels == [
        "X M - I: 2 x 2 heat map, largest entry 1 in row 1, column 2",
        "Loss at each step: losses that came back from 0.5 to 4.2e-10, predicted by theory from 0.5 to 1.2e-19",
    ]


def test_every_property_stands_in_the_table_with_its_verdict_and_points(report: GradeReport) -> None:
    table = render_report(report).split('id="all"')[1]
    for result in report.properties:
        assert result.title in table
    text = " ".join(Page("<h2 " + table.split("</section>")[0]).text.split())
    assert "The measured rate of convergence matches the predicted one.✗failed1.5 / 3" in text
    assert "calculate_inverse20 / 24" in text


def test_headings_descend_without_a_gap(report: GradeReport) -> None:
    levels = [int(name[1]) for name, _ in Page(render_report(report)).elements if re.fullmatch(r"h\d", name)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_links_within_a_page_lead_somewhere_and_ids_are_unique(report: GradeReport) -> None:
    page = Page(render_report(report))
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {a["href"].removeprefix("#") for a in page.all("a")} <= set(ids)
    assert {b["aria-labelledby"] for _, b in page.elements if "aria-labelledby" in b} <= set(ids)


def test_a_fault_shows_no_score_no_property_and_no_reason(fault: GradeReport) -> None:
    text = Page(render_report(fault)).text
    assert "Not graded" in text
    assert "a person will look" in text
    for word in ("points", "27", "orthogonal", "KeyError"):
        assert word not in text


def test_a_perfect_report_has_nothing_to_mend(perfect: GradeReport) -> None:
    text = Page(render_report(perfect)).text
    assert "All 17 properties hold." in text
    assert "What to mend" not in text


def test_flaky_answers_are_flagged(report: GradeReport, perfect: GradeReport) -> None:
    words = "The same call gave different answers in two fresh processes."
    assert words in render_report(report)
    assert words not in render_report(perfect)


def test_notes_and_cells_are_shown(report: GradeReport) -> None:
    text = " ".join(Page(render_report(report)).text.split())
    assert "calculate_inverse is defined twice" in text
    assert "Cell 9 !ls is not run here" in text


def test_walls_that_did_not_stand_are_said(report: GradeReport) -> None:
    bare = replace(report, provenance=replace(report.provenance, walls=()))
    assert "none: the notebook ran without a sandbox" in render_report(bare)


def test_the_overview_shows_every_student_and_property(
    report: GradeReport, perfect: GradeReport, fault: GradeReport
) -> None:
    page = assert_harmless(render_index([report, perfect, fault], "Linear Algebra", "The inverse", {"emmy": "Emmy N."}))
    text = " ".join(page.text.split())
    assert [a["href"] for a in page.all("a")] == ["noether/report.html", "emmy/report.html", "hilbert/report.html"]
    assert "2 of 3 submissions graded, median 31.5 of 36 points." in text
    assert "hilbert property test_budget broke: KeyError: 'M'" in text
    assert "Emmy N." in text
    assert text.count("orthogonal matrices") == 1
    dots = [a["class"].split()[1] for a in page.all("span") if a.get("class", "").startswith("dot")]
    assert dots.count("failed") == 3 + 1, "three in the table, one in the legend"


def test_the_overview_of_nobody_is_a_page() -> None:
    assert "0 of 0 submissions graded." in assert_harmless(render_index([], "", "The inverse")).text


@pytest.mark.parametrize("student", ["../../etc", "a/b", "javascript:alert(1)", "", ".", "x" * 65, "a b", "ä"])
def test_an_id_that_is_no_folder_name_is_never_a_link(perfect: GradeReport, student: str) -> None:
    assert not Page(render_index([replace(perfect, student=student)])).all("a")


def test_properties_that_failed_for_one_reason_share_a_card(report: GradeReport) -> None:
    missing = tuple(
        replace(
            r, verdict=Verdict.ERRORED, points=0, message="not found", help="", measurement=None, counterexample=None
        )
        for r in report.properties
    )
    (card,) = cards(missing)
    assert (len(card.results), card.lost, card.exercise, card.exam_facts) == (17, "36", "", "")


def test_cards_begin_with_what_costs_most_and_end_with_what_was_not_asked(report: GradeReport) -> None:
    assert [card.lost for card in cards(report.properties)] == ["2.5", "2", "2", "1.5", "1"]
    assert cards(report.properties)[-1].first.verdict is Verdict.SKIPPED


def _contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    """Return the contrast of two colours. Source: WCAG 2.2, relative luminance and contrast ratio."""
    values = []
    for colour in (one, other):
        parts = [c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour]
        values.append(0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2] + 0.05)
    return max(values) / min(values)


def _hex(text: str) -> tuple[int, int, int]:
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


@pytest.mark.parametrize("palette", [_LIGHT, _DARK])
def test_numbers_on_coloured_squares_can_be_read(palette: dict[str, tuple[int, int, int]]) -> None:
    for level in range(-LEVELS, LEVELS + 1):
        assert _contrast(_hex(_ink_on(level, palette)), _rgb(level, palette)) >= 4.5, level


def _variables(css: str) -> Sequence[dict[str, str]]:
    """Return the colours of the light and of the dark page."""
    blocks = re.findall(r":root \{(.*?)\}", css, re.DOTALL)
    return [dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block)) for block in blocks]


@pytest.mark.parametrize("theme", [0, 1])
def test_text_can_be_read_on_both_pages(theme: int) -> None:
    colours = {name: _hex(value) for name, value in _variables(style_sheet())[theme].items()}
    for ink, paper in (
        *(("ink", p) for p in ("paper", "card", "help", "code")),
        *(("soft", p) for p in ("paper", "card", "help")),
        *(("link", p) for p in ("paper", "card")),
        *((f, f"{f}-wash") for f in ("good", "bad", "late", "idle")),
        ("bad", "card"),
    ):
        assert _contrast(colours[ink], colours[paper]) >= 4.5, (ink, paper)
