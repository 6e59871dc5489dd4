"""How large a study must be before it concludes anything."""

ENOUGH_SEEDS = 3
ENOUGH_EPOCHS = 5
ENOUGH_TEST_IMAGES = 50
