from collections import Counter

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from chrysalis.config.load import validate
from chrysalis.config.specimens import BURST_LENGTH, Specimens
from chrysalis.data.specimens.plan import plan
from chrysalis.errors import UserError
from tests.data.specimens.conftest import PLANTED, settings


def by_path(planned):
    return {photo.path: photo for photo in planned.photos}


def rows(planned, kind):
    return [row for row in planned.truth if row.kind == kind]


def test_each_plant_is_there_as_often_as_asked(planned):
    count = Counter(row.kind for row in planned.truth)
    noisy = round(0.25 * 16)
    assert count == {
        "near_duplicate": PLANTED["near_duplicates"],
        "wrong_label": PLANTED["wrong_labels"] + noisy,
        "look_alike": 1,
        "betrayed_species": 2,
        "noisy_species": 1,
        "burst": 3 * (BURST_LENGTH - 1),
    }


def test_all_images_are_there_once(planned):
    assert Counter(photo.folder for photo in planned.photos) == dict.fromkeys(range(6), 16)
    assert len(by_path(planned)) == 6 * 16


def test_the_truth_table_is_complete(planned):
    """Whatever is odd about a photo, found from the photos alone, has its row, and nothing else."""
    photos = by_path(planned)
    wrong = {path for path, photo in photos.items() if photo.folder != photo.species}
    assert wrong == {row.path for row in rows(planned, "wrong_label")}
    altered = {path for path, photo in photos.items() if photo.alteration}
    assert altered == {row.path for row in rows(planned, "near_duplicate")}
    specimens = Counter(photo.individual.seed for photo in photos.values())
    again = sorted(n for n in specimens.values() if n > 1)
    assert again == [2] * PLANTED["near_duplicates"] + [BURST_LENGTH] * PLANTED["bursts"]


def test_rows_say_what_the_photos_show(planned):
    photos = by_path(planned)
    for row in rows(planned, "wrong_label"):
        assert row.class_ == planned.names[photos[row.path].folder]
        assert row.true_class == planned.names[photos[row.path].species] != row.class_
    for row in rows(planned, "near_duplicate"):
        copy, original = photos[row.path], photos[row.other]
        assert copy.scene == original.scene
        assert (copy.alteration, original.alteration) == (row.how, "")
    for row in rows(planned, "burst"):
        assert photos[row.path].individual == photos[row.other].individual
        assert photos[row.path].scene != photos[row.other].scene


def test_no_image_takes_part_in_two_plants(planned):
    used = Counter(row.path for row in planned.truth if row.path)
    used.update({row.other for row in planned.truth if row.other})
    assert set(used.values()) == {1}


def test_a_betrayed_species_sits_where_no_other_does(planned):
    for row in rows(planned, "betrayed_species"):
        number = planned.names.index(row.class_)
        own = {p.scene.background for p in planned.photos if p.species == number}
        others = {p.scene.background for p in planned.photos if p.species != number}
        assert own == {row.how}
        assert not own & others


def test_look_alikes_differ_in_details_only(planned):
    (row,) = rows(planned, "look_alike")
    one, other = (planned.species[planned.names.index(n)] for n in (row.class_, row.true_class))
    assert one != other
    assert (one.family, one.fore, one.hind) == (other.family, other.fore, other.hind)
    assert row.class_.split()[0] == row.true_class.split()[0]


def test_near_duplicates_straddle_an_official_split():
    planned = plan(settings(test_share=0.3))
    for row in rows(planned, "near_duplicate"):
        assert row.path.startswith("images/test/")
        assert row.other.startswith("images/train/")


@hypothesis_settings(max_examples=25)
@given(seed=st.integers(0, 2**31), species=st.integers(2, 24))
def test_names_are_safe_and_each_is_there_once(seed, species):
    names = plan(settings(seed=seed, species=species, images=4, planted={})).names
    assert len(set(names)) == len(names) == species
    for name in names:
        genus, epithet = name.split(" ")
        assert genus.isascii() and genus.isalpha() and genus.istitle()
        assert epithet.isascii() and epithet.isalpha() and epithet.islower()


def test_a_plan_depends_on_its_seed_alone():
    assert plan(settings()) == plan(settings())
    assert plan(settings()).photos != plan(settings(seed=1)).photos


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"planted": {"look_alikes": 2, "noisy_species": 3}}, "there are only 6"),
        ({"planted": {"bursts": 25}}, "16 images of each species are too few"),
        (
            {"test_share": 0.1, "planted": {"near_duplicates": 13}},
            "only 2 of its 16 images are in test",
        ),
        ({"species": 25}, "species: found 25"),
        ({"planted": {"twins": 1}}, "planted.twins: unknown key"),
    ],
)
def test_impossible_plants_are_refused(changes, message):
    with pytest.raises(UserError, match=message):
        validate(settings().model_dump() | changes, Specimens, "x.yaml")


@hypothesis_settings(max_examples=100)
@given(
    species=st.integers(2, 8),
    images=st.integers(4, 20),
    plants=st.fixed_dictionaries({name: st.integers(0, 6) for name in PLANTED}),
    share=st.sampled_from([0.0, 0.1, 0.5, 0.8]),
)
def test_what_is_allowed_can_be_planted(species, images, plants, share):
    """Settings that pass the check always make a plan with as many plants as asked."""
    try:
        asked = settings(species=species, images=images, planted=plants, test_share=share)
    except ValueError:
        return
    count = Counter(row.kind for row in plan(asked).truth)
    assert count["near_duplicate"] == plants["near_duplicates"]
    assert count["burst"] == (BURST_LENGTH - 1) * plants["bursts"]
