from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from ingest.loaders.image import image_pixels, load_image
from rag.errors import SourceError
from tests.ingest.loaders.scans import image_bytes

KINDS = {"PNG": "image/png", "JPEG": "image/jpeg", "TIFF": "image/tiff", "BMP": "image/bmp", "WEBP": "image/webp"}


def claimed_png(width: int, height: int) -> bytes:
    """Return a small file whose header claims a size."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", KINDS)
def test_an_image_is_one_page_that_waits_to_be_read(kind: str) -> None:
    loaded = load_image("扫描件", image_bytes(Image.new("RGB", (40, 30), "white"), kind))
    assert (loaded.media_type, loaded.blocks, loaded.unread_pages) == (KINDS[kind], (), (1,))
    assert loaded.doubts == ("pages_without_text",)


def test_each_frame_of_a_tiff_is_a_page() -> None:
    frames = [Image.new("L", (40, 30), shade) for shade in (0, 100, 200)]
    data = image_bytes(frames[0], "TIFF", frames[1:])
    assert load_image("a.tif", data).unread_pages == (1, 2, 3)
    assert [int(image_pixels("a.tif", data, frame, 10_000).mean()) for frame in (1, 2, 3)] == [0, 100, 200]
    with pytest.raises(SourceError, match=r"a\.tif: no frame 4"):
        image_pixels("a.tif", data, 4, 10_000)


@pytest.mark.parametrize("size", [(20_000, 20_000), (11_000, 10_000)])
def test_an_image_that_claims_too_many_pixels_is_refused_before_it_is_decoded(size: tuple[int, int]) -> None:
    data = claimed_png(*size)
    with pytest.raises(SourceError, match=r"bomb\.png: the image (is larger|has)"):
        load_image("bomb.png", data)
    with pytest.raises(SourceError, match=r"bomb\.png: the image (is larger|has)"):
        image_pixels("bomb.png", data, 1, 10_000)


@pytest.mark.parametrize("data", [b"no image", b"GIF89a\x01\x00\x01\x00\x00\x00\x00;", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_image_of_a_known_format_is_refused(data: bytes) -> None:
    with pytest.raises(SourceError, match=r"a\.png: the image is damaged or of another format"):
        load_image("a.png", data)


def test_a_truncated_image_is_refused_when_it_is_decoded() -> None:
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 255, (200, 200), dtype=np.uint8))
    data = image_bytes(noise)
    with pytest.raises(SourceError, match=r"a\.png: frame 1 of the image is damaged"):
        image_pixels("a.png", data[: len(data) // 2], 1, 100_000)


def test_transparent_paper_is_white_and_channels_are_blue_first() -> None:
    image = Image.new("RGBA", (2, 1), (0, 0, 0, 0))
    image.putpixel((1, 0), (255, 0, 0, 255))
    assert image_pixels("a.png", image_bytes(image), 1, 100).tolist() == [[[255, 255, 255], [0, 0, 255]]]


def test_large_images_are_made_smaller() -> None:
    pixels = image_pixels("a.png", image_bytes(Image.new("L", (400, 200), 255)), 1, 20_000)
    assert pixels.shape == (100, 200, 3)


def test_a_photograph_is_turned_as_its_tags_say() -> None:
    image = Image.new("RGB", (30, 10), "white")
    tags = Image.Exif()
    tags[0x0112] = 6  # orientation: turn by a quarter to the right
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", exif=tags)
    assert image_pixels("a.jpg", buffer.getvalue(), 1, 10_000).shape == (30, 10, 3)
