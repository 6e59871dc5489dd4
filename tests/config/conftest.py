"""A configuration folder of its own, and images to point it at."""

from tests.configs import arm_runs, folder, images, message, study, write  # noqa: F401
