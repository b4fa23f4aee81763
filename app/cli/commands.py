"""The list of commands; each lives in a module of its own and is loaded when it is called."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from app import __version__
from app.cli.display import has_display
from app.errors import Trouble
from app.i18n import _

Json = Annotated[bool, typer.Option("--json", help=str(_("Print one JSON object instead of sentences.")))]


def application() -> Callable[..., Any]:
    """The Typer application."""
    return app


def _work(name: str) -> Callable[..., Any]:
    found: Callable[..., Any] = importlib.import_module(f"app.cli.{name}").run
    return found


app = typer.Typer(
    name="khatshy",
    help=str(_("Courtroom secretary workstation. Without a command it opens the window.")),
    no_args_is_help=False,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"khatshy {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def window(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help=str(_("Print the version.")))
    ] = False,
) -> None:
    """Open the window."""
    if context.invoked_subcommand is None:
        if not has_display() and "QT_QPA_PLATFORM" not in os.environ:
            raise Trouble(
                "no-display",
                _("There is no screen here on which the window could be shown."),
                remedy=_("Start Khatshy in a desktop session, or use its commands: khatshy --help."),
            )
        raise typer.Exit(importlib.import_module("app.ui.main").main([]))


@app.command(help=str(_("Run the demonstration hearing from recording to the verified package.")))
def demo(
    output: Annotated[Path, typer.Option("--output", "-o", help=str(_("Folder for everything that is made.")))] = Path(
        "output/demo"
    ),
    language: Annotated[str, typer.Option(help=str(_("Language of the protocol: kk or ru.")))] = "kk",
    fast: Annotated[
        bool | None, typer.Option("--fast/--real-time", help=str(_("As fast as possible, or at the speed of speech.")))
    ] = None,
    microphones: Annotated[
        bool,
        typer.Option("--microphones", help=str(_("Play the hearing into virtual microphones and record from them."))),
    ] = False,
    show: Annotated[
        bool | None, typer.Option("--window/--no-window", help=str(_("Show the window while it runs.")))
    ] = None,
    json: Json = False,
) -> None:
    _work("demo")(output, language=language, fast=fast, microphones=microphones, window=show, json=json)


@app.command(help=str(_("Record a sitting until Ctrl-C or for a given time.")))
def record(
    case: Annotated[str, typer.Option("--case", help=str(_("Case number, in any form.")))],
    source: Annotated[
        list[str],
        typer.Option(
            "--source",
            "-s",
            help=str(
                _("seat=DEVICE:CHANNEL, seat=file:PATH, camera=camera:0 or camera=rtsp://…; may be given many times.")
            ),
        ),
    ],
    data: Annotated[Path | None, typer.Option(help=str(_("Data folder.")))] = None,
    second: Annotated[Path | None, typer.Option(help=str(_("Second folder, on another disk.")))] = None,
    duration: Annotated[float | None, typer.Option(help=str(_("Seconds to record.")))] = None,
    fast: Annotated[bool, typer.Option("--fast", help=str(_("Read files as fast as possible.")))] = False,
    language: Annotated[str, typer.Option(help=str(_("Language of the hearing: kk or ru.")))] = "ru",
    json: Json = False,
) -> None:
    _work("record")(case, source, data=data, second=second, duration=duration, fast=fast, language=language, json=json)


@app.command(help=str(_("Turn sound or video files into text.")))
def transcribe(
    files: Annotated[list[Path], typer.Argument(help=str(_("Sound or video files.")))],
    language: Annotated[str, typer.Option(help="kk, ru, auto")] = "auto",
    to: Annotated[str, typer.Option(help=str(_("Formats, separated by commas: txt, vtt, srt, json.")))] = "txt",
    output: Annotated[Path | None, typer.Option("--output", "-o", help=str(_("Folder for the text files.")))] = None,
    model: Annotated[
        list[Path] | None, typer.Option(help=str(_("Folder of a Vosk model; may be given twice.")))
    ] = None,
    synthetic_speech: Annotated[
        bool,
        typer.Option(
            "--synthetic-speech",
            help=str(_("The files are synthetic speech made for tests: the demonstration models may be used.")),
        ),
    ] = False,
    json: Json = False,
) -> None:
    _work("transcribe")(
        files, language=language, to=to, output=output, models=model or [], synthetic_speech=synthetic_speech, json=json
    )


@app.command(help=str(_("Make, sign and pack the protocol of a recorded sitting.")))
def protocol(
    sitting: Annotated[Path, typer.Argument(help=str(_("Folder of the sitting.")))],
    language: Annotated[str, typer.Option(help=str(_("Language of the protocol: kk or ru.")))] = "",
    secretary_key: Annotated[Path | None, typer.Option(help=str(_("The secretary's PKCS#12 file.")))] = None,
    judge_key: Annotated[Path | None, typer.Option(help=str(_("The judge's PKCS#12 file.")))] = None,
    trusted: Annotated[
        Path | None, typer.Option(help=str(_("Folder with certificates of trusted authorities.")))
    ] = None,
    end: Annotated[
        bool, typer.Option("--end", help=str(_("End a recording that still goes on or broke off.")))
    ] = False,
    json: Json = False,
) -> None:
    keys = {"secretary_key": secretary_key, "judge_key": judge_key}
    _work("protocol")(sitting, language=language, trusted=trusted, end=end, json=json, **keys)


@app.command(help=str(_("Check a package: files, recordings, logs and signatures.")))
def verify(
    package: Annotated[Path, typer.Argument(help=str(_("Folder or zip of the package.")))],
    trusted: Annotated[
        Path | None, typer.Option(help=str(_("Folder with certificates of trusted authorities.")))
    ] = None,
    json: Json = False,
) -> None:
    _work("verify")(package, trusted=trusted, json=json)


@app.command(help=str(_("List microphones and cameras.")))
def devices(json: Json = False) -> None:
    _work("devices")(json=json)


@app.command(help=str(_("Check this PC: folders, devices, models, fonts, clock.")))
def doctor(json: Json = False) -> None:
    _work("doctor")(json=json)
