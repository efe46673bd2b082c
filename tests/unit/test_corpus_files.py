"""A corpus as files: what a first line may say, what is found in a folder, what a sample lists."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from steepest.confusion import CorpusFile, Kind
from steepest.corpus.files import CorpusError, as_notebook, choose, find_sources, path_of, read_sample
from steepest.corpus.first_line import FirstLineError, read_first_line
from steepest.notebook import graded_sources, parse_notebook


def chaff(line: str) -> CorpusFile:
    """Return what the first line of a chaff says."""
    return read_first_line(line, "inverse", Kind.CHAFF, "file")


def corpus(folder: Path, **files: str) -> Path:
    """Write files named like ``wheats__plain`` below ``folder/inverse`` and return the folder."""
    for name, text in files.items():
        path = folder / "inverse" / f"{name.replace('__', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def test_a_wheat_says_its_style() -> None:
    file = read_first_line("# wheat: Adam, rate | steps halved", "svd", Kind.WHEAT, "adam")
    assert file == CorpusFile("svd", Kind.WHEAT, "adam", "Adam, rate | steps halved")


def test_a_wheat_says_which_parameters_it_lacks() -> None:
    file = read_first_line("# wheat: 10,000 | always | lacks: steps, start", "svd", Kind.WHEAT, "published")
    assert (file.about, file.lacks) == ("10,000 | always", ("steps", "start"))


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("# wheat:  | lacks: steps", "nothing stands"),
        ("# wheat: Adam | lacks: ", "no name of a parameter"),
        ("# wheat: Adam | lacks: steps start", "no name of a parameter"),
        ("# wheat: Adam | lacks: steps, steps", "twice"),
    ],
)
def test_a_malformed_list_of_parameters_names_the_file_and_the_way_out(line: str, word: str) -> None:
    with pytest.raises(FirstLineError, match=word) as error:
        read_first_line(line, "inverse", Kind.WHEAT, "file")
    assert error.value.problem.where == "inverse/wheats/file.py"


def test_a_chaff_says_its_bug_its_promise_and_its_properties() -> None:
    file = chaff("# chaff: mean of |X M - I| | breaks: mean | squared | fires: test_losses, test_scaled[tall]")
    assert file.about == "mean of |X M - I|"
    assert file.breaks == "mean | squared"
    assert file.fires == ("test_losses", "test_scaled[tall]")


def test_a_chaff_without_names_is_read_and_names_nothing() -> None:
    assert chaff("# chaff: zeros | breaks: X M = I").fires == ()


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("import torch", "begins with"),
        ("# wheat: Adam", "begins with"),
        ("# chaff:  | breaks: X M = I", "nothing stands"),
        ("# chaff: zeros", "breaks: PROMISE"),
        ("# chaff: zeros | breaks: ", "breaks: PROMISE"),
        ("# chaff: zeros | fires: test_a | breaks: X", "breaks: PROMISE"),
        ("# chaff: zeros | breaks: X | fires: ", "no name of a property"),
        ("# chaff: zeros | breaks: X | fires: losses", "no name of a property"),
        ("# chaff: zeros | breaks: X | fires: test_a test_b", "no name of a property"),
        ("# chaff: zeros | breaks: X | fires: test_a, test_a", "twice"),
    ],
)
def test_a_malformed_line_names_the_file_and_the_way_out(line: str, word: str) -> None:
    with pytest.raises(FirstLineError, match=word) as error:
        chaff(line)
    assert error.value.problem.where == "inverse/chaffs/file.py"


def test_files_are_found_wheats_first_and_by_name(tmp_path: Path) -> None:
    folder = corpus(tmp_path, chaffs__a="# chaff: x | breaks: y\n", wheats__c="# wheat: x\n", wheats__b="# wheat: x\n")
    assert [path_of(source.file) for source in find_sources(folder, ["inverse"])] == [
        "inverse/wheats/b",
        "inverse/wheats/c",
        "inverse/chaffs/a",
    ]


def test_all_mistakes_of_a_corpus_are_told_at_once(tmp_path: Path) -> None:
    folder = corpus(tmp_path, chaffs__a="zeros\n", wheats__b="ones\n", wheats__good="# wheat: x\n")
    (folder / "inverse" / "wheats" / "c.py").write_bytes(b"# wheat: \xff\n")
    with pytest.raises(CorpusError, match="3 mistakes") as error:
        find_sources(folder, ["inverse"])
    assert [problem.where for problem in error.value.problems] == [
        "inverse/wheats/b.py",
        "inverse/wheats/c.py",
        "inverse/chaffs/a.py",
    ]


def test_a_folder_without_files_says_where_they_belong(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="ASSIGNMENT/wheats"):
        find_sources(tmp_path, ["inverse"])


def test_the_first_line_is_not_part_of_the_notebook_and_lines_keep_their_numbers(tmp_path: Path) -> None:
    folder = corpus(tmp_path, chaffs__a="# chaff: x | breaks: y\nraise ValueError\n")
    before = find_sources(folder, ["inverse"])[0].notebook
    (cell,) = graded_sources(parse_notebook(before))
    assert cell.source == "\nraise ValueError\n"
    corpus(tmp_path, chaffs__a="# chaff: x | breaks: z | fires: test_a\nraise ValueError\n")
    assert find_sources(folder, ["inverse"])[0].notebook == before


def test_a_notebook_of_a_file_is_one_code_cell() -> None:
    assert [cell["cell_type"] for cell in json.loads(as_notebook("x = 1"))["cells"]] == ["code"]


def test_files_are_chosen_by_name_or_by_place(tmp_path: Path) -> None:
    folder = corpus(
        tmp_path, wheats__adam="# wheat: x", wheats__adamw="# wheat: x", chaffs__ad="# chaff: x | breaks: y"
    )
    sources = find_sources(folder, ["inverse"])
    assert [source.file.name for source in choose(sources, ["adam"])] == ["adam"]
    assert [source.file.name for source in choose(sources, ["ada*"])] == ["adam", "adamw"]
    assert [source.file.name for source in choose(sources, ["inverse/chaffs/*"])] == ["ad"]
    assert choose(sources, ["Adam"]) == ()


def test_a_sample_lists_files_that_exist(tmp_path: Path) -> None:
    folder = corpus(tmp_path, wheats__adam="# wheat: x")
    with pytest.raises(CorpusError, match=r"sample\.txt"):
        read_sample(folder)
    (folder / "sample.txt").write_text("# quick ones\n\ninverse/wheats/adam\n")
    assert read_sample(folder) == ("inverse/wheats/adam",)
    (folder / "sample.txt").write_text("inverse/wheats/eve\n")
    with pytest.raises(CorpusError, match="inverse/wheats/eve"):
        read_sample(folder)
