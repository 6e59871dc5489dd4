"""How large a study must be before it concludes anything.

With 3 seeds an arm's spread between trainings can be estimated at all: two degrees of freedom for
each arm. Five epochs separate a training from a smoke test. With 50 test images the least
difference that 80 % of studies would find is 14 points, even if trainings did not vary; a class of
20 images leaves that at 28 points (`power.detectable`; the simulated classes of
`benchmarks/verdicts.py` show how the intervals behave below that).
"""

ENOUGH_SEEDS = 3
ENOUGH_EPOCHS = 5
ENOUGH_TEST_IMAGES = 50
ENOUGH_CLASS_IMAGES = 20
