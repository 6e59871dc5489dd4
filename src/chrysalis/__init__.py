"""Chrysalis: a folder of images in, a study you can defend out."""
