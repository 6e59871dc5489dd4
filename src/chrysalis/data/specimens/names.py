"""Names of species that were never described; quick to import, as planning needs them."""

from __future__ import annotations

import random

# In the order of the families in chrysalis.data.specimens.families.
GENERA = (
    *("Caudelia", "Caerulina", "Ocellandra", "Candidora", "Argyrissa", "Fasciatrix"),
    *("Lucidonia", "Umbrivaga", "Regalissa", "Cuprilla", "Longalina", "Pictarella"),
)
# Latin for made up, dreamt, nowhere and the like: no reader should look them up.
_EPITHETS = (
    *("ficta", "somniata", "nusquam", "commenticia", "simulata", "imaginaria", "fabulosa"),
    *("picta", "inventa", "adumbrata", "mendax", "irrealis", "speciosa", "numerica"),
    *("aleatoria", "seminalis", "virtualis", "chimaera", "utopica", "falsa", "ludens"),
    *("insolita", "phantasma", "computata"),
)


def family_numbers(seed: int, species: int) -> list[int]:
    """The family of each species: each family once before one comes again."""
    order = list(range(len(GENERA)))
    random.Random(f"families {seed}").shuffle(order)
    return [order[number % len(order)] for number in range(species)]


def species_names(seed: int, families: list[int]) -> list[str]:
    """A name for each species, of the genus of its family."""
    epithets = list(_EPITHETS)
    random.Random(f"epithets {seed}").shuffle(epithets)
    return [f"{GENERA[family]} {epithets[i]}" for i, family in enumerate(families)]


def plan_families(seed: int, species: int, look_alikes: int) -> list[int]:
    """The family of each species; the last `look_alikes` are of those of the first ones."""
    families = family_numbers(seed, species - look_alikes)
    return families + families[:look_alikes]


def class_names(seed: int, species: int, look_alikes: int) -> list[str]:
    """The names of a dataset's species, in the order in which they were drawn."""
    return species_names(seed, plan_families(seed, species, look_alikes))
