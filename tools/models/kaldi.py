"""Writes the two binary files of a Vosk model: the acoustic model and the decoding graph."""

from __future__ import annotations

import struct
from math import log
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tools.models.features import DIMENSION
from tools.models.graph import Graph, PhoneTable
from tools.models.network import Affine

_FST_MAGIC, _FST_VERSION, _EXPANDED_MUTABLE = 2125659606, 2, 3


class _Binary:
    def __init__(self) -> None:
        self.data = bytearray(b"\0B")

    def token(self, *names: str) -> None:
        for name in names:
            self.data += name.encode() + b" "

    def line(self, text: str) -> None:
        self.data += text.encode() + b"\n"

    def whole(self, *values: int) -> None:
        for value in values:
            self.data += b"\x04" + struct.pack("<i", value)

    def real(self, value: float) -> None:
        self.data += b"\x04" + struct.pack("<f", value)

    def wholes(self, values: list[int]) -> None:
        self.data += b"\x04" + struct.pack(f"<i{len(values)}i", len(values), *values)

    def vector(self, values: NDArray[np.float32]) -> None:
        self.token("FV")
        self.whole(len(values))
        self.data += values.astype("<f4").tobytes()

    def matrix(self, values: NDArray[np.float32]) -> None:
        self.token("FM")
        self.whole(*values.shape)
        self.data += np.ascontiguousarray(values, "<f4").tobytes()


def _transitions(out: _Binary, table: PhoneTable) -> None:
    """Every phone is one emitting state: a pdf for its first frame, a pdf for those after."""
    numbers = [number for number, _ in table.kinds]
    out.token("<TransitionModel>", "<Topology>")
    out.wholes(numbers)
    out.wholes([-1] + [0] * len(numbers))
    out.whole(-1, 1, 2)
    out.whole(0, 1, 2, 0)
    out.real(0.5)
    out.whole(1)
    out.real(0.5)
    out.whole(-1, -1, 0)
    out.token("</Topology>", "<Tuples>")
    out.whole(len(numbers))
    for number in numbers:
        name = table.name(number)
        forward = table.phones.pdf(name, first=True)
        out.whole(number, 0, forward, table.phones.pdf(name, first=False))
    out.token("</Tuples>", "<LogProbs>")
    costs = np.full(2 * len(numbers) + 1, log(0.5), np.float32)
    costs[0] = 0.0
    out.vector(costs)
    out.token("</LogProbs>", "</TransitionModel>")


def _input(layer: Affine, source: str) -> str:
    if layer.offsets == (0,):
        return source
    shifted = (source if step == 0 else f"Offset({source}, {step})" for step in layer.offsets)
    return f"Append({', '.join(shifted)})"


def _network(out: _Binary, layers: list[Affine]) -> None:
    nothing = np.zeros(0, np.float32)
    lines = [f"input-node name=input dim={DIMENSION}"]
    source = "input"
    for index, layer in enumerate(layers):
        lines.append(f"component-node name=a{index} component=a{index} input={_input(layer, source)}")
        source = f"a{index}"
        if index < len(layers) - 1:
            lines.append(f"component-node name=r{index} component=r{index} input=a{index}")
            source = f"r{index}"
    lines.append(f"component-node name=ls component=ls input={source}")
    lines.append("output-node name=output input=ls objective=linear")
    out.token("<Nnet3>")
    out.line("")
    for text in [*lines, ""]:
        out.line(text)
    out.token("<NumComponents>")
    out.whole(2 * len(layers))
    for index, layer in enumerate(layers):
        out.token("<ComponentName>", f"a{index}", "<FixedAffineComponent>", "<LinearParams>")
        out.matrix(layer.weights)
        out.token("<BiasParams>")
        out.vector(layer.bias)
        out.token("</FixedAffineComponent>")
        last = index == len(layers) - 1
        kind = "LogSoftmaxComponent" if last else "RectifiedLinearComponent"
        out.token("<ComponentName>", "ls" if last else f"r{index}", f"<{kind}>", "<Dim>")
        out.whole(len(layer.bias))
        out.token("<ValueAvg>")
        out.vector(nothing)
        out.token("<DerivAvg>")
        out.vector(nothing)
        out.token("<Count>")
        out.real(0.0)
        out.token(f"</{kind}>")
    out.token("</Nnet3>")


def write_model(path: Path, table: PhoneTable, layers: list[Affine], priors: NDArray[np.float32]) -> None:
    """Write final.mdl."""
    out = _Binary()
    _transitions(out, table)
    _network(out, layers)
    reach = sum(max(layer.offsets) for layer in layers)
    out.token("<LeftContext>")
    out.whole(reach)
    out.token("<RightContext>")
    out.whole(reach)
    out.token("<Priors>")
    out.vector(priors)
    path.write_bytes(bytes(out.data))


def write_graph(path: Path, graph: Graph) -> None:
    """Write HCLG.fst: an OpenFst vector transducer over the tropical semiring."""
    head = struct.pack("<i", _FST_MAGIC)
    for name in (b"vector", b"standard"):
        head += struct.pack("<i", len(name)) + name
    count = sum(len(arcs) for arcs in graph.arcs)
    head += struct.pack("<iiQqqq", _FST_VERSION, 0, _EXPANDED_MUTABLE, 0, len(graph.arcs), count)
    body = bytearray(head)
    for arcs, final in zip(graph.arcs, graph.finals, strict=True):
        body += struct.pack("<fq", final, len(arcs))
        for arc in arcs:
            body += struct.pack("<iifi", *arc)
    path.write_bytes(bytes(body))
