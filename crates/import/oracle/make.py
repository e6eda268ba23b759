"""Makes the models that the importer is tested with, and what ONNX Runtime gives for them.

    python -m venv venv && venv/bin/pip install onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6
    venv/bin/python make.py

writes `cases/NAME.onnx` and beside it `cases/NAME.npz` with the input `x`, the steps of each sequence
`lengths` where the model takes them, and every output under its name. Versions stand in
`cases/VERSIONS`. Four kinds of cases:

- `a_*`: combinations of attributes of RNN, GRU and LSTM, with drawn weights and ONNX Runtime's values.
  It refuses layout = 1; there the values are those of the same weights with layout = 0, turned.
- `n_*`: the node tests that the package `onnx` ships for RNN, GRU and LSTM, the weights that they feed
  as inputs made constants, with the values that the package states.
- `w_*`: combinations of attributes of convolutions and pools, with drawn weights and ONNX Runtime's
  values.
- `c_*`: chains as exporters write them (zeros around arrays and parts of vectors too), with ONNX Runtime's values.
"""

import numpy as np
import onnx
import onnxruntime

import chains
import parts
import recurrent
import windows
from models import FOLDER, OPSET


def main():
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.iterdir():
        old.unlink()
    recurrent.attributes()
    count = recurrent.node_tests()
    chains.exported()
    windows.windows()
    chains.images()
    chains.mixed()
    parts.padded()
    parts.parts()
    versions = f"onnx {onnx.__version__}\nonnxruntime {onnxruntime.__version__}\nnumpy {np.__version__}\n"
    (FOLDER / "VERSIONS").write_text(versions + f"operator set {OPSET}\n")
    print(count, "node tests;", len(list(FOLDER.glob("a_*.onnx"))), "combinations of attributes")


if __name__ == "__main__":
    main()
