"""Whether a folder holds a whole Vosk model, checked before libvosk sees it, which ends the process on some faults.

The format is the one of Vosk 0.3 ("am/final.mdl and conf/model.conf"): a Kaldi nnet3 model, a decoding graph
(HCLG.fst, or HCLr.fst and Gr.fst), the places of phones in words, the decoder's options.
https://alphacephei.com/vosk/models describes the files, OpenFst's fst.h the header of the graphs.
"""

from __future__ import annotations

import struct
import sys
from pathlib import Path

from app.errors import Trouble
from app.i18n import Message, _

_FST_MAGIC = 2125659606
_BOUNDARIES = {"nonword", "begin", "end", "internal", "singleton"}
_IVECTOR = ("final.ie", "final.dubm", "final.mat", "global_cmvn.stats", "online_cmvn.conf", "splice.conf")
_HEAD = 1 << 20


class _Fault(Exception):
    def __init__(self, reason: Message) -> None:
        super().__init__(reason.text)
        self.reason = reason


def validate(folder: Path) -> None:
    """Trouble ``model-broken`` names the file; ``model-path`` a folder that libvosk cannot reach; else nothing."""
    if sys.platform == "win32" and not str(folder).isascii():
        raise Trouble(
            "model-path",
            _("Speech models cannot be loaded from {path}: the path has letters outside A-Z.", path=str(folder)),
            safe=_("The recording is not affected."),
            remedy=_("Move the models to a folder like C:\\Khatshy\\models and set KHATSHY_MODELS to it."),
        )
    try:
        _check(folder)
    except (_Fault, OSError) as error:
        reason = error.reason if isinstance(error, _Fault) else _("it cannot be read")
        raise Trouble(
            "model-broken",
            _("The speech model {name} is broken: {reason}.", name=folder.name, reason=reason),
            safe=_("The recording is not affected."),
            remedy=_("Copy the model into the models folder again; what was recorded becomes text later."),
        ) from error


def _check(folder: Path) -> None:
    acoustic = _present(folder, "am/final.mdl")
    options = _present(folder, "conf/model.conf")
    if not (folder / "conf/fbank.conf").exists():
        _present(folder, "conf/mfcc.conf")
    phones, takes_ivector = _acoustic_model(acoustic)
    _graph(folder)
    _boundaries(_present(folder, "graph/phones/word_boundary.int"), phones)
    _silence(options, phones)
    if takes_ivector or (folder / "ivector").is_dir():
        for name in _IVECTOR:
            _present(folder, f"ivector/{name}")


def _present(folder: Path, name: str) -> Path:
    path = folder / name
    if not path.is_file():
        raise _Fault(_("{file} is missing", file=name))
    if path.stat().st_size == 0:
        raise _Fault(_("{file} is empty", file=name))
    return path


def _acoustic_model(path: Path) -> tuple[set[int], bool]:
    """The model's phones, and whether it wants i-vectors; the file must end with its priors."""
    with open(path, "rb") as file:
        head = file.read(_HEAD)
        size = file.seek(0, 2)
        file.seek(max(0, size - _HEAD))
        tail = file.read()
    begin = b"\0B<TransitionModel> <Topology> \4"
    network = head.find(b"<Nnet3>")
    if not head.startswith(begin) or network < 0 or len(head) < len(begin) + 4:
        raise _Fault(_("{file} is not an acoustic model", file="am/final.mdl"))
    count = struct.unpack_from("<i", head, len(begin))[0]
    if not 0 < count < 100_000 or len(head) < len(begin) + 4 + 4 * count:
        raise _Fault(_("{file} is damaged", file="am/final.mdl"))
    phones = set(struct.unpack_from(f"<{count}i", head, len(begin) + 4))
    priors = tail.rfind(b"<Priors> FV \4")
    place = priors + len(b"<Priors> FV \4")
    if priors < 0 or len(tail) < place + 4 or len(tail) != place + 4 + 4 * struct.unpack_from("<i", tail, place)[0]:
        raise _Fault(_("{file} was cut off", file="am/final.mdl"))
    return phones, b"input-node name=ivector" in head[network:]


def _graph(folder: Path) -> None:
    if (folder / "graph/HCLG.fst").exists():
        _fst(folder, "graph/HCLG.fst")
        words = _present(folder, "graph/words.txt")
        if b"<eps> 0" not in words.read_bytes()[:4096]:
            raise _Fault(_("{file} is not a list of words", file="graph/words.txt"))
        return
    if not (folder / "graph/HCLr.fst").exists():
        raise _Fault(_("{file} is missing", file="graph/HCLG.fst"))
    for name in ("graph/HCLr.fst", "graph/Gr.fst"):
        _fst(folder, name)
    _present(folder, "graph/disambig_tid.int")


def _fst(folder: Path, name: str) -> None:
    """The header is OpenFst's, and a plain vector graph is as long as its header says."""
    path = _present(folder, name)
    with open(path, "rb") as file:
        head = file.read(256)
        size = file.seek(0, 2)
    try:
        magic, length = struct.unpack_from("<ii", head)
        kind = head[8 : 8 + length]
        arcs_length = struct.unpack_from("<i", head, 8 + length)[0] if 0 < length < 64 else -1
        if magic != _FST_MAGIC or not 0 < arcs_length < 64:
            raise _Fault(_("{file} is not a decoding graph", file=name))
        place = 12 + length + arcs_length
        states, arcs = struct.unpack_from("<qq", head, place + 4 + 4 + 8 + 8)
    except struct.error as error:
        raise _Fault(_("{file} was cut off", file=name)) from error
    flags = struct.unpack_from("<i", head, place + 4)[0]
    if kind == b"vector" and flags == 0 and states > 0 and size != place + 40 + 12 * states + 16 * arcs:
        raise _Fault(_("{file} was cut off", file=name))
    if kind == b"const" and size < place + 40 + 20 * states + 16 * arcs:
        raise _Fault(_("{file} was cut off", file=name))


def _boundaries(path: Path, phones: set[int]) -> None:
    """Every phone of the model has its place in words; libvosk ends the process over one that has none."""
    known: set[int] = set()
    for line in path.read_text(encoding="ascii", errors="replace").splitlines():
        parts = line.split()
        if len(parts) != 2 or not parts[0].isdigit() or parts[1] not in _BOUNDARIES:
            raise _Fault(_("{file} is damaged", file="graph/phones/word_boundary.int"))
        known.add(int(parts[0]))
    if phones - known:
        raise _Fault(_("{file} does not name every sound of the model", file="graph/phones/word_boundary.int"))


def _silence(path: Path, phones: set[int]) -> None:
    """The decoder must know which phones are silence; libvosk ends the process if it does not."""
    options: dict[str, str] = {}
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        if line.strip() and not line.strip().startswith("#"):
            key, _equals, value = line.strip().partition("=")
            if not key.startswith("--"):
                raise _Fault(_("{file} is damaged", file="conf/model.conf"))
            options[key] = value.strip()
    silence = options.get("--endpoint.silence-phones", "")
    named = [part for part in silence.split(":") if part]
    if not named:
        raise _Fault(_("{file} lacks the line {line}", file="conf/model.conf", line="--endpoint.silence-phones"))
    if not all(part.isdigit() and int(part) in phones for part in named):
        raise _Fault(_("{file} is damaged", file="conf/model.conf"))
