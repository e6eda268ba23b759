"""Convolutions and pools."""

from onnx import helper

from models import chain, drawn


def window(name, op, shape, kernel=None, out=None, bias=False, **attributes):
    """One convolution or pool, its values by ONNX Runtime."""
    constants, names = {}, ["x"]
    groups = attributes.get("group", 1)
    if out is not None:
        rows, columns = (out, shape[1] // groups) if op == "Conv" else (shape[1], out // groups)
        constants["W"] = drawn(rows, columns, *kernel, scale=0.4)
        names.append("W")
        if bias:
            constants["b"] = drawn(out)
            names.append("b")
    elif kernel is not None:
        attributes["kernel_shape"] = kernel
    nodes = [helper.make_node(op, names, ["y"], **attributes)]
    chain(f"{op.lower()}_{name}", nodes, shape, constants, drawn(*shape), "make.py", [None] * len(shape), "w")


def windows():
    """Convolutions and pools, in one dimension and two."""
    for op in ["Conv", "ConvTranspose"]:
        line, image = (2, 3, 9), (2, 2, 5, 6)
        window("line", op, line, [3], 4, bias=True)
        window("line_all", op, line, [3], 4, pads=[2, 1], strides=[2], dilations=[2])
        window("groups", op, (1, 4, 7), [2], 6, group=2, bias=True)
        window("depthwise", op, (2, 4, 5, 5), [3, 3], 4, group=4, pads=[1, 1, 1, 1])
        window("depthwise_more", op, (1, 3, 6), [3], 6, group=3, bias=True)
        window("image", op, image, [3, 2], 3, bias=True)
        window("image_all", op, image, [2, 3], 3, bias=True, pads=[1, 0, 2, 3], strides=[2, 3], dilations=[2, 1])
        window("image_groups", op, (2, 4, 5, 6), [3, 3], 2, group=2, pads=[0, 1, 1, 0], strides=[1, 2])
        window("one_channel", op, (3, 1, 4, 4), [3, 3], 1, pads=[1, 1, 1, 1])
        window("point", op, (1, 3, 4, 5), [1, 1], 2, bias=True)
        window("named_kernel", op, line, [3], 2, kernel_shape=[3], auto_pad="NOTSET")
        window("valid", op, line, [4], 2, auto_pad="VALID", strides=[2])
    for pad in ["SAME_UPPER", "SAME_LOWER"]:
        short = pad[5:].lower()
        window(short, "Conv", (1, 2, 7, 8), [2, 4], 2, auto_pad=pad)
        window(f"{short}_stride", "Conv", (1, 2, 7, 8), [3, 4], 2, auto_pad=pad, strides=[2, 3])
        window(f"{short}_far", "Conv", (1, 2, 9), [1], 2, auto_pad=pad, strides=[3])
        window(short, "ConvTranspose", (1, 2, 5), [4], 2, auto_pad=pad, strides=[2])
        window(f"{short}_odd", "ConvTranspose", (1, 2, 5), [3], 2, auto_pad=pad, strides=[2])
        window(f"{short}_shape", "ConvTranspose", (1, 2, 4, 4), [3, 4], 2, auto_pad=pad, strides=[2, 2],
               output_shape=[7, 8])
        window(f"{short}_dilation", "ConvTranspose", (1, 2, 5), [2], 2, auto_pad=pad, strides=[2], dilations=[3])
        for op in ["MaxPool", "AveragePool"]:
            window(short, op, (1, 2, 7, 8), [2, 3], auto_pad=pad)
            window(f"{short}_stride", op, (1, 2, 7, 8), [3, 3], auto_pad=pad, strides=[2, 2])
    window("output_padding", "ConvTranspose", (1, 2, 4, 5), [3, 3], 3, bias=True, strides=[2, 3],
           output_padding=[1, 2], pads=[1, 0, 1, 2])
    window("output_padding_dilated", "ConvTranspose", (1, 2, 5), [2], 3, strides=[2], dilations=[3], output_padding=[1])
    window("output_shape", "ConvTranspose", (1, 2, 4, 4), [3, 3], 2, strides=[2, 2], output_shape=[7, 9])
    window("output_shape_odd", "ConvTranspose", (1, 2, 4), [3], 2, strides=[2], output_shape=[8])
    for op in ["MaxPool", "AveragePool"]:
        window("line", op, (2, 3, 9), [3])
        window("line_all", op, (2, 3, 9), [3], pads=[1, 2], strides=[2], dilations=[2])
        window("image", op, (2, 2, 6, 8), [2, 2], strides=[2, 2])
        window("image_all", op, (1, 2, 6, 8), [3, 2], strides=[2, 3], pads=[1, 1, 2, 0])
        window("ceil", op, (1, 2, 6, 7), [3, 2], strides=[2, 2], ceil_mode=1)
        window("ceil_pads", op, (1, 2, 6, 7), [3, 3], strides=[2, 3], pads=[1, 1, 1, 1], ceil_mode=1)
        window("ceil_outside", op, (1, 1, 5), [1], strides=[3], ceil_mode=1)
        window("ceil_last", op, (1, 1, 7), [2], strides=[3], pads=[1, 1], ceil_mode=1)
    window("storage", "MaxPool", (1, 2, 4, 4), [2, 2], storage_order=1)
    window("count", "AveragePool", (1, 2, 6, 7), [3, 3], pads=[1, 1, 1, 1], count_include_pad=1)
    window("count_stride", "AveragePool", (1, 2, 6, 7), [3, 2], pads=[0, 1, 2, 1], strides=[2, 2], count_include_pad=1)
    window("count_same", "AveragePool", (1, 1, 6), [3], auto_pad="SAME_UPPER", count_include_pad=1)
    window("count_fits", "AveragePool", (1, 1, 7), [3], pads=[1, 1], strides=[2], ceil_mode=1, count_include_pad=1)
    for op in ["GlobalAveragePool", "GlobalMaxPool"]:
        window("line", op, (2, 3, 5))
        window("image", op, (2, 3, 4, 5))
