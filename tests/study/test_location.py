"""Which dataset is meant: one with a file, a folder, or an archive."""

import json
import re
import zipfile
from pathlib import Path

import pytest

from chrysalis.errors import UserError
from chrysalis.records.study import PlaceRecord
from chrysalis.study.location import locate


@pytest.fixture
def archive(folder):
    def make(name, *files):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(path, "w") as file:
            for member in files or ("cats/1.png", "dogs/1.png"):
                file.writestr(member, b"")
        return path

    return make


@pytest.fixture
def datasets(write):
    write("datasets/digits.yaml", "title: Digits\nsource: {kind: digits}")
    write(
        "datasets/leaves.yaml",
        """
        title: Leaves
        source:
          kind: archive
          files: [broad.zip, needles.zip]
          folders: [here, elsewhere]
          how_to_get: Ask a botanist.
        """,
    )
    write("datasets/mine.yaml", "title: Mine\nsource: {kind: folder, path: photos}")
    return Path("config/datasets")


def test_digits_are_known_before_they_are_fetched(datasets):
    found = locate("digits", datasets)
    assert (found.name, found.root, found.archives) == ("digits", Path("data/raw/digits"), ())
    assert found.is_fetched
    assert found.classes() == list("0123456789")
    assert found.listing_digest() == ""


def test_named_archives_are_looked_for_in_order_and_taken_together(datasets, archive):
    there = (
        archive("elsewhere/broad.zip", "oak/1.png"),
        archive("elsewhere/needles.zip", "fir/1.png"),
    )
    archive("here/broad.zip", "oak/1.png", "elm/1.png")  # not complete, so not the one
    found = locate("leaves", datasets)
    assert [Path(path).resolve() for path in found.archives] == list(there)
    assert found.root == Path("data/raw/leaves")
    assert found.is_fetched
    assert found.classes() == ["fir", "oak"]
    archive("here/needles.zip", "yew/1.png")
    assert locate("leaves", datasets).classes() == ["elm", "oak", "yew"]


def test_once_unpacked_the_archive_is_not_needed(datasets, images):
    images("oak", "elm", root="data/raw/leaves")
    with pytest.raises(
        UserError, match="no folder of here, elsewhere holds"
    ):  # fetching was cut short
        locate("leaves", datasets)
    Path("data/raw/leaves/manifest.csv").write_text("path,bytes,sha256\n")
    found = locate("leaves", datasets)
    assert found.archives == ()
    assert found.classes() == ["elm", "oak"]


def test_a_missing_archive_is_explained(datasets):
    with pytest.raises(UserError) as error:
        locate("leaves", datasets)
    assert str(error.value) == (
        "dataset 'leaves': no folder of here, elsewhere holds broad.zip and needles.zip. "
        "Ask a botanist."
    )


def test_a_named_folder_is_used_where_it_lies(datasets, images):
    images("a", "b", root="photos")
    found = locate("mine", datasets)
    assert (found.name, found.root) == ("mine", Path("photos"))
    assert not found.is_fetched
    assert found.classes() == ["a", "b"]


def test_a_named_folder_that_is_missing(datasets):
    with pytest.raises(UserError, match=r"mine\.yaml: source\.path: no such folder: photos"):
        locate("mine", datasets)


def test_a_folder_of_photos(datasets, images):
    root = images("a", "b", root="My Photos (2024)")
    found = locate(str(root), datasets)
    assert (found.name, found.root) == ("my_photos_2024", root)
    assert found.config.title == "My Photos (2024)"
    assert found.config.source.kind == "folder"


def test_the_listing_stands_for_names_and_sizes(datasets, images):
    root = images("a", "b", root="photos")
    before = locate("mine", datasets).listing_digest()
    assert len(before) == 64
    assert locate("mine", datasets).listing_digest() == before
    (root / "a/2.png").write_bytes(b"x")
    assert locate("mine", datasets).listing_digest() != before


def test_a_folder_named_like_a_known_dataset_gets_results_of_its_own(datasets, images):
    root = images("a", "b", root="elsewhere/digits")
    found = locate(str(root), datasets)
    assert (found.name, found.root) == ("digits_folder", root)
    assert locate("digits", datasets).config.source.kind == "digits"


@pytest.mark.parametrize("wanted", ["../photos", "../photos/", "../photos/a/.."])
def test_a_folder_has_the_name_that_its_path_ends_in(datasets, images, folder, monkeypatch, wanted):
    images("a", "b", root="photos")
    (folder / "work").mkdir()
    monkeypatch.chdir(folder / "work")
    assert locate(wanted, folder / "config/datasets").name == "photos"


@pytest.mark.parametrize("wanted", [".", "..", "results", "results/photos"])
def test_nothing_is_written_into_a_folder_of_images(datasets, images, folder, monkeypatch, wanted):
    images("a", "b", root="work/results/photos")
    monkeypatch.chdir(folder / "work")
    with pytest.raises(UserError, match="lie in one another; move the images"):
        locate(wanted, folder / "config/datasets")


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("我的照片", "我的照片"),
        ("猫と犬", "猫と犬"),
        ("cafe\u0301", "café"),
        ("🐈", "images"),
        ("a" * 100, "a" * 60),
    ],
)
def test_names_in_any_script_are_kept(datasets, images, path, name):
    assert locate(str(images("a", "b", root=path)), datasets).name == name


def test_results_belong_to_a_path(datasets, images, folder):
    first, second = (images("a", "b", root=f"{parent}/photos") for parent in ("p1", "p2"))

    def claim(root):
        found = locate(str(root), datasets)
        record = folder / "results" / found.name / "settings/place.json"
        PlaceRecord(path=found.place).write(record)
        return found.name

    names = [claim(first), claim(second)]
    assert names[0] == "photos"
    assert re.fullmatch(r"photos_[0-9a-f]{6}", names[1])
    assert [claim("p1/../p1/photos"), claim("p2/photos/")] == names
    (folder / "linked").symlink_to(second)
    assert claim("linked") == names[1]


@pytest.mark.parametrize("name", ["a{b}", "{seed}", "a\nb"])
def test_names_that_snakemake_would_read_otherwise_are_refused(write, name):
    write(f"datasets/{name}.yaml", "title: T\nsource: {kind: digits}")
    with pytest.raises(UserError, match="has a name without braces"):
        locate(name, Path("config/datasets"))


def test_an_archive_of_photos(datasets, archive):
    path = archive("Cats & Dogs.ZIP")
    found = locate(str(path), datasets)
    assert (found.name, found.archives) == ("cats_dogs", (path,))
    assert found.root == Path("data/raw/cats_dogs")
    assert found.config.title == "Cats & Dogs"
    assert found.classes() == ["cats", "dogs"]


def test_a_file_that_is_no_archive(datasets, folder):
    (folder / "photo.png").write_bytes(b"")
    with pytest.raises(UserError, match=r"'photo\.png': not an archive or a table"):
        locate("photo.png", datasets)


def test_a_misspelt_name(datasets):
    with pytest.raises(UserError) as error:
        locate("digit", datasets)
    assert str(error.value) == (
        "dataset 'digit': no folder or archive of that name, and not a known dataset; "
        "allowed: digits, leaves, mine; did you mean 'digits'?"
    )


def test_a_table_is_a_dataset_whose_groups_count(datasets, folder):
    table = folder / "My Photos.csv"
    table.write_text("path,label\na.png,moth\nb.png,butterfly\n")
    found = locate(str(table), datasets)
    assert (found.name, found.can_fetch, found.is_fetched) == ("my_photos", True, True)
    assert found.classes() == ["butterfly", "moth"]
    assert found.config.group is None
    table.write_text("path,label,group\na.png,moth,1\nb.png,butterfly,2\n")
    group = locate(str(table), datasets).config.group
    assert (group.file, group.column) == ("data/raw/my_photos/groups.csv", "group")


def test_a_table_of_the_configuration_must_be_there(write, datasets):
    write("datasets/listed.yaml", "title: L\nsource: {kind: table, file: nowhere.csv}")
    with pytest.raises(UserError, match=r"source\.file: no such table: nowhere\.csv"):
        locate("listed", datasets)


def test_a_choice_of_files_in_the_first_folder_that_has_one(datasets, write, archive):
    write(
        "datasets/pets.yaml",
        """
        title: Pets
        source:
          kind: archive
          files: [batches.tar.gz]
          format: cifar_binary
          classes: [dog, cat]
          folders: [here, elsewhere]
          alternatives: [{files: [pets.zip]}]
        """,
    )
    with pytest.raises(UserError, match=r"here, elsewhere holds batches\.tar\.gz, or pets\.zip"):
        locate("pets", datasets)
    batches = archive("elsewhere/batches.tar.gz")
    found = locate("pets", datasets)
    assert (found.classes(), *map(Path.resolve, found.archives)) == (["cat", "dog"], batches)
    assert json.loads(found.recipe) == {
        "kind": "archive",
        "files": ["batches.tar.gz"],
        "format": "cifar_binary",
        "classes": ["dog", "cat"],
    }
    archive("elsewhere/pets.zip")
    assert locate("pets", datasets).recipe == found.recipe
    archive("here/pets.zip", "fish/1.png", "bird/1.png")
    found = locate("pets", datasets)
    assert json.loads(found.recipe) == {"kind": "archive", "files": ["pets.zip"]}
    assert found.classes() == ["bird", "fish"]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("files: [a.zip], md5: {b.zip: 0123456789abcdef0123456789abcdef}", "b.zip is none"),
        ("files: [a.zip], md5: {a.zip: abc}", "match pattern"),
        ("files: [a.zip], classes: [a, b]", "class folders have their names already"),
        ("files: [a.gz], format: cifar_binary", "needs the names of the labels"),
        ("files: [a.gz], format: cifar_binary, classes: [a, a]", "needs the names of the labels"),
        ("files: [a.gz], format: cifar_binary, classes: [a, b, a]", "a name of its own"),
        ("files: [a.gz], format: cifar_binary, classes: [a, b/c]", "match pattern"),
        ("files: [a.gz], format: idx, classes: [a, b]", "the format idx has 4"),
        ("files: [a.gz], format: mat, classes: [a, b]", "'cifar_binary'"),
    ],
)
def test_a_source_of_files_that_makes_no_sense(datasets, write, source, message):
    write("datasets/odd.yaml", f"title: Odd\nsource: {{kind: archive, {source}}}")
    with pytest.raises(UserError, match=message):
        locate("odd", datasets)


def test_a_dataset_of_the_hub(datasets):
    found = locate("hf:botanist/Leaves-2", datasets)
    assert (found.name, found.root) == (
        "hf_botanist_leaves_2",
        Path("data/raw/hf_botanist_leaves_2"),
    )
    assert found.can_fetch
    assert json.loads(found.recipe) == {"kind": "hub", "name": "botanist/Leaves-2"}
    with pytest.raises(UserError, match="its classes are known once it is fetched"):
        found.classes()
    found.root.mkdir(parents=True)
    for name in ("oak", "fir"):
        (found.root / name).mkdir()
        (found.root / name / "1.png").touch()
    (found.root / "manifest.csv").touch()
    assert locate("hf:botanist/Leaves-2", datasets).classes() == ["fir", "oak"]


@pytest.mark.parametrize("name", ["leaves", "../../etc/passwd", "a/b/c", "", "a/b c"])
def test_what_is_no_name_of_the_hub(datasets, name):
    with pytest.raises(UserError, match=f"dataset 'hf:{re.escape(name)}': source.name: found"):
        locate(f"hf:{name}", datasets)


def test_the_hub_has_another_revision_only_in_a_file(datasets, write):
    write("datasets/trees.yaml", "title: T\nsource: {kind: hub, name: a/b, revision: v1}")
    assert json.loads(locate("trees", datasets).recipe)["revision"] == "v1"
