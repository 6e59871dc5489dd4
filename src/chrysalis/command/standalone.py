"""What is on photographs: python predict.py PHOTOS... (it needs onnxruntime, numpy and pillow)."""

import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image, ImageOps


def read(path: str, size: int) -> np.ndarray:
    """The picture upright, in RGB, on white where it is transparent, squashed to the network's."""
    image = ImageOps.exif_transpose(Image.open(path))
    if image.mode.startswith("I;16"):
        grey = (np.asarray(image, np.uint32) + 128) // 257
        image = Image.fromarray(grey.astype(np.uint8))
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
    return np.asarray(image.convert("RGB").resize((size, size), Image.Resampling.BICUBIC))


def main() -> None:
    """Print for each photograph the answer, the likeliest class and its probability."""
    session = onnxruntime.InferenceSession(Path(__file__).with_name("model.onnx"))
    about = session.get_modelmeta().custom_metadata_map
    classes, threshold = json.loads(about["classes"]), float(about["threshold"])
    for path in sys.argv[1:]:
        try:
            pictures = read(path, int(about["size"]))[None]
        except Exception as error:  # Pillow raises nearly any kind on damaged files
            print(path, f"not read: {error}", sep="\t")
            continue
        _, (probabilities,), (familiarity,) = session.run(None, {"pictures": pictures})
        best = probabilities.argmax()
        answer = "unknown" if familiarity < threshold else classes[best]
        print(path, answer, classes[best], f"{probabilities[best]:.6f}", sep="\t")


if __name__ == "__main__":
    main()
