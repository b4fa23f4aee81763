"""The acoustic network: a small time-delay network trained frame by frame, then folded flat."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from tools.models.features import DIMENSION, SUBSAMPLING, Example
from tools.models.lexicon import Phones

WIDTH = 112
# Distance of the outer taps of each layer: the first two in frames, the others in outputs.
TAPS = (1, 1, 1, 1, 1, 2)
_EDGE = 2 + SUBSAMPLING * sum(TAPS[2:])
_CHUNK = 50  # outputs a training chunk
_BATCH = 48
_IGNORED = -100
_SMOOTHING, _LEAST_SHARE = 0.02, 0.001


@dataclass(frozen=True)
class Affine:
    """A layer as Kaldi wants it: weights (out by offsets·in), bias, and its offsets in frames."""

    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    offsets: tuple[int, ...]


class Network(nn.Module):
    """Affine, ReLU and normalisation, six times; every third frame from the second layer on."""

    def __init__(self, outputs: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(DIMENSION))
        self.register_buffer("scale", torch.ones(DIMENSION))
        sizes = [DIMENSION, *[WIDTH] * len(TAPS)]
        self.layers = nn.ModuleList(
            nn.Conv1d(sizes[index], WIDTH, 3, dilation=tap, stride=SUBSAMPLING if index == 1 else 1)
            for index, tap in enumerate(TAPS)
        )
        self.norms = nn.ModuleList(nn.BatchNorm1d(WIDTH, affine=False) for _ in TAPS)
        self.last = nn.Conv1d(WIDTH, outputs, 1)

    def forward(self, frames: Tensor) -> Tensor:
        """Scores (batch by outputs by time) of frames (batch by 40 by time)."""
        hidden = (frames - self.mean[:, None]) * self.scale[:, None]  # type: ignore[index]
        for layer, norm in zip(self.layers, self.norms, strict=True):
            hidden = norm(torch.relu(layer(hidden)))
        scores: Tensor = self.last(hidden)
        return scores


def _chunks(examples: list[Example], phones: Phones) -> tuple[Tensor, Tensor]:
    """Chunks of equal length: frames with context on both sides, and a label for each output."""
    frames, labels = [], []
    for example in examples:
        if not example.segments:
            continue
        target = np.full(example.segments[-1][2], _IGNORED, np.int64)
        for name, start, end, _ in example.segments:
            target[start:end] = phones.pdf(name, first=False)
            target[start] = phones.pdf(name, first=True)
        count = -(-len(target) // _CHUNK)
        after = count * _CHUNK * SUBSAMPLING + _EDGE - len(example.frames)
        padded = np.pad(example.frames, ((_EDGE, max(0, after)), (0, 0)), mode="edge")
        target = np.pad(target, (0, count * _CHUNK - len(target)), constant_values=_IGNORED)
        span = (_CHUNK - 1) * SUBSAMPLING + 1 + 2 * _EDGE
        for index in range(count):
            start = index * _CHUNK * SUBSAMPLING
            frames.append(padded[start : start + span].T)
            labels.append(target[index * _CHUNK : (index + 1) * _CHUNK])
    return torch.from_numpy(np.stack(frames)), torch.from_numpy(np.stack(labels))


def train(
    examples: list[Example], phones: Phones, *, epochs: int, seed: int, threads: int
) -> tuple[Network, NDArray[np.float32]]:
    """Train on all examples; gives the network and how common each output was."""
    torch.manual_seed(seed)
    torch.set_num_threads(threads)
    frames, labels = _chunks(examples, phones)
    network = Network(phones.pdfs)
    network.mean.copy_(frames.mean(dim=(0, 2)))  # type: ignore[operator]
    network.scale.copy_(1.0 / frames.std(dim=(0, 2)))  # type: ignore[operator]
    optimiser = torch.optim.AdamW(network.parameters(), lr=2e-3, weight_decay=1e-3)
    steps = -(-len(frames) // _BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=4e-3, total_steps=steps * epochs, pct_start=0.15)
    loss_of = nn.CrossEntropyLoss(ignore_index=_IGNORED, label_smoothing=_SMOOTHING)
    for epoch in range(epochs):
        total, right, seen = 0.0, 0, 0
        for batch in torch.split(torch.randperm(len(frames)), _BATCH):
            taken, wanted = frames[batch], labels[batch]
            # Gain moves nothing but the first coefficient: loudness is learned to mean nothing.
            taken[:, 0] += torch.randn(len(batch), 1) * 12.0
            scores = network(taken)
            loss = loss_of(scores, wanted)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            known = wanted != _IGNORED
            total += float(loss.detach()) * int(known.sum())
            right += int(((scores.argmax(1) == wanted) & known).sum())
            seen += int(known.sum())
        print(f"  epoch {epoch + 1}: loss {total / seen:.3f}, frames right {right / seen:.3f}", flush=True)
    network.eval()
    counts = torch.bincount(labels[labels >= 0], minlength=phones.pdfs).numpy().astype(np.float64)
    # Smoothed labels teach the network to give every output a little; a rare one's share has to
    # hold that much, or the decoder would take any strange noise for the rarest phone.
    shares = (1.0 - _SMOOTHING) * counts / counts.sum() + _SMOOTHING / phones.pdfs
    return network, np.maximum(shares, _LEAST_SHARE).astype(np.float32)


def folded(network: Network) -> list[Affine]:
    """The network as affine layers alone (ReLU between them): normalisations taken into weights."""
    shift = -(network.mean * network.scale)  # type: ignore[operator]
    scale = network.scale
    result: list[Affine] = []
    for index, layer in enumerate([*network.layers, network.last]):
        weight, bias = layer.weight.detach(), layer.bias.detach()
        bias = bias + (weight * shift[None, :, None]).sum(dim=(1, 2))
        weight = weight * scale[None, :, None]  # type: ignore[index]
        flat = weight.permute(0, 2, 1).reshape(weight.shape[0], -1)
        step = 1 if index < 2 else SUBSAMPLING
        reach = TAPS[index] * step if index < len(TAPS) else 0
        offsets = (-reach, 0, reach) if reach else (0,)
        result.append(Affine(flat.numpy(), bias.numpy(), offsets))
        if index < len(TAPS):
            norm = network.norms[index]
            scale = 1.0 / torch.sqrt(norm.running_var + norm.eps)  # type: ignore[operator]
            shift = -norm.running_mean * scale  # type: ignore[operator]
    return result
