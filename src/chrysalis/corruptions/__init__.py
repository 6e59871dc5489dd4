"""Common corruptions of test images, and how a training answers the corrupted images."""
