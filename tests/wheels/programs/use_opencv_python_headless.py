"""OpenCV: filters, codecs, and a cascade classifier from the files in `cv2.data`, on a photograph of scikit-image."""

from __future__ import annotations

import os

import cv2
import numpy as np
from skimage import data


def main() -> None:
    """Loads a classifier, finds the face of an astronaut and none in noise, and encodes and decodes an image."""
    path = os.path.join(cv2.data.haarcascades, "haarcascade_frontalface_default.xml")
    assert os.path.exists(path)
    classifier = cv2.CascadeClassifier(path)
    assert not classifier.empty()
    photograph = cv2.cvtColor(data.astronaut(), cv2.COLOR_RGB2GRAY)
    ((left, top, width, height),) = classifier.detectMultiScale(photograph, scaleFactor=1.1, minNeighbors=8)
    assert left < 225 < left + width and top < 120 < top + height, (left, top, width, height)
    noise = np.random.default_rng(3).integers(0, 255, (120, 120), dtype=np.uint8)
    assert len(classifier.detectMultiScale(noise)) == 0
    image = np.zeros((64, 64, 3), np.uint8)
    cv2.circle(image, (32, 32), 20, (255, 128, 0), -1)
    contours, _ = cv2.findContours(cv2.Canny(image, 50, 150), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    assert len(contours) == 1
    for suffix in (".png", ".jpg", ".webp", ".tiff"):
        done, encoded = cv2.imencode(suffix, image)
        assert done and cv2.imdecode(encoded, cv2.IMREAD_COLOR).shape == image.shape
    assert len(cv2.ORB_create().detect(noise)) > 0
    print("opencv", cv2.__version__, "works")


if __name__ == "__main__":
    main()
