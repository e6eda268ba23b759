"""What ONNX Runtime gives for the first images of `examples/sequence/digits_test.npy` by the model
`examples/sequence/digits.onnx`.

    venv/bin/python gallery.py

with the packages of make.py writes `gallery/digits_x.npy`, and for the outputs of the model
`gallery/digits_label.npy` and `gallery/digits_scores.npy`.
"""

import pathlib

import numpy as np
import onnxruntime

HERE = pathlib.Path(__file__).parent
EXAMPLES = HERE.parents[2] / "examples" / "sequence"
IMAGES = 40


def main():
    images = np.load(EXAMPLES / "digits_test.npy")[:IMAGES, None]
    model = (EXAMPLES / "digits.onnx").read_bytes()
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    label, scores = session.run(["label", "scores"], {"image": images})
    folder = HERE / "gallery"
    folder.mkdir(exist_ok=True)
    for name, array in {"x": images, "label": label, "scores": scores}.items():
        np.save(folder / f"digits_{name}.npy", array)


if __name__ == "__main__":
    main()
