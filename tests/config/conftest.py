"""A configuration folder of its own, and images to point it at."""

from tests.configs import cells, folder, images, message, study, write  # noqa: F401
