"""Draws the camera clip: a courtroom in flat colours with a clock that moves, made to be looped."""

from __future__ import annotations

from fractions import Fraction
from math import cos, pi, sin
from pathlib import Path

import av
from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT, RATE, SECONDS = 640, 360, 10, 12
CAPTION = "ДЕМОНСТРАЦИЯ · КӨРСЕТІЛІМ"

_WALL, _PANEL, _FLOOR = (214, 208, 194), (150, 116, 82), (112, 92, 74)
_DESK, _DARK, _SKIN, _SIGN = (96, 66, 44), (48, 44, 52), (222, 190, 160), (158, 28, 36)
_ROBE, _SKY, _SUN = (38, 40, 66), (0, 158, 178), (250, 206, 60)


def _person(draw: ImageDraw.ImageDraw, x: float, y: float, size: float, robe: tuple[int, int, int]) -> None:
    draw.ellipse((x - size, y + size * 0.7, x + size, y + size * 3.4), fill=robe)
    draw.ellipse((x - size * 0.55, y - size * 0.6, x + size * 0.55, y + size * 0.75), fill=_SKIN)


def _frame(number: int, font: ImageFont.FreeTypeFont) -> Image.Image:
    image = Image.new("RGB", (WIDTH, HEIGHT), _WALL)
    draw = ImageDraw.Draw(image)
    turn = 2 * pi * number / (RATE * SECONDS)
    draw.rectangle((0, 230, WIDTH, HEIGHT), fill=_FLOOR)
    draw.rectangle((200, 30, 440, 200), fill=_PANEL)
    draw.rectangle((60, 60, 140, 116), fill=_SKY)
    draw.ellipse((88, 74, 112, 98), fill=_SUN)
    draw.ellipse((510, 50, 580, 120), fill=(246, 244, 238), outline=_DARK, width=4)
    centre = (545, 85)
    draw.line((*centre, centre[0] + 28 * sin(turn), centre[1] - 28 * cos(turn)), _SIGN, 3)
    draw.line((*centre, centre[0] + 16, centre[1] - 8), _DARK, 4)
    # Two people sway by a pixel or two, once and twice in a loop, so that no frame is still.
    _person(draw, 320, 116 + 2 * sin(turn), 26, _ROBE)
    draw.rectangle((210, 170, 430, 240), fill=_DESK)
    draw.rectangle((302, 186, 338, 222), fill=_SUN)
    _person(draw, 110, 210 + 2 * sin(2 * turn), 22, (92, 62, 88))
    _person(draw, 530, 210 + 2 * cos(2 * turn), 22, (58, 90, 72))
    draw.rectangle((40, 262, 190, 320), fill=_DESK)
    draw.rectangle((450, 262, 600, 320), fill=_DESK)
    draw.rectangle((0, 330, WIDTH, HEIGHT), fill=_DARK)
    draw.text((WIDTH / 2, 345), CAPTION, (255, 255, 255), font, anchor="mm")
    if number % RATE < RATE // 2:
        draw.ellipse((14, 338, 28, 352), fill=(230, 40, 40))
    return image


def write(folder: Path) -> None:
    """Write camera.mp4: H.264, one loop of the clock's hand."""
    font = ImageFont.truetype("DejaVuSans-Bold.ttf", 17)
    with av.open(str(folder / "camera.mp4"), "w") as container:
        container.metadata["comment"] = "drawn picture, fictional"
        stream = container.add_stream("libx264", rate=RATE, options={"crf": "26", "threads": "1"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.time_base = Fraction(1, RATE)
        for number in range(RATE * SECONDS):
            frame = av.VideoFrame.from_image(_frame(number, font))  # type: ignore[no-untyped-call]
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
