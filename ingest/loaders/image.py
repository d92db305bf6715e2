"""Read image files: which pages they have, and one page as pixels for text recognition."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ingest.blocks import LoadedFile
from rag.errors import SourceError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from PIL.Image import Image

MAX_IMAGE_PIXELS = 100_000_000
"""A0 at 200 dots to the inch has 62 million; a small file may claim any size."""
MAX_FRAMES = 1000

_MEDIA_TYPES = {
    "PNG": "image/png",
    "JPEG": "image/jpeg",
    "TIFF": "image/tiff",
    "BMP": "image/bmp",
    "WEBP": "image/webp",
}
_FORMATS = tuple(_MEDIA_TYPES)
"""Only these are opened, whatever the file's name says: each further decoder is one more that hostile files reach."""


@contextmanager
def _opened(name: str, data: bytes) -> Iterator[Image]:
    import PIL.Image

    with warnings.catch_warnings():
        # Damaged tags and large sizes are warnings to Pillow; the size is checked here, and what cannot be decoded raises.
        warnings.simplefilter("ignore")
        try:
            image = PIL.Image.open(io.BytesIO(data), formats=_FORMATS)
        except PIL.Image.DecompressionBombError as error:
            raise SourceError(f"{name}: the image is larger than {MAX_IMAGE_PIXELS} pixels") from error
        except (OSError, ValueError, SyntaxError) as error:
            raise SourceError(f"{name}: the image is damaged or of another format and cannot be opened") from error
        with image:
            yield image


def _check_size(name: str, image: Image) -> None:
    if image.width * image.height > MAX_IMAGE_PIXELS:
        raise SourceError(
            f"{name}: the image has {image.width} x {image.height} pixels; at most {MAX_IMAGE_PIXELS} are read"
        )


def load_image(name: str, data: bytes) -> LoadedFile:
    """Return an image file as pages that wait for text recognition: one, or one for each frame of a TIFF.

    Nothing is decoded here; sizes are read from the headers.

    Raises:
        SourceError: a file that is no image, is damaged, has too many pixels or too many frames.
    """
    with _opened(name, data) as image:
        # Other formats hold animations or previews in further frames, and not pages.
        frames = getattr(image, "n_frames", 1) if image.format == "TIFF" else 1
        if frames > MAX_FRAMES:
            raise SourceError(f"{name}: the image has {frames} frames; at most {MAX_FRAMES} are read")
        for frame in range(frames):
            try:
                image.seek(frame)
            except (OSError, ValueError, SyntaxError) as error:
                raise SourceError(f"{name}: frame {frame + 1} of the image is damaged") from error
            _check_size(name, image)
        # JPEG files of some cameras hold several images, and Pillow calls them MPO.
        media_type = _MEDIA_TYPES.get(str(image.format), "image/jpeg")
    return LoadedFile(
        media_type,
        (),
        doubts=("pages_without_text",),
        unread_pages=tuple(range(1, frames + 1)),
    )


def image_pixels(name: str, data: bytes, frame: int, max_pixels: int) -> npt.NDArray[np.uint8]:
    """Return a frame (from 1) as (rows, columns, 3) blue, green, red, upright, on white, of at most ``max_pixels``.

    Raises:
        SourceError: as :func:`load_image`, and for a frame that is not there or cannot be decoded.
    """
    import numpy as np
    import PIL.Image
    import PIL.ImageOps

    with _opened(name, data) as image:
        try:
            image.seek(frame - 1)
            _check_size(name, image)
            # A camera's photograph says in its tags how it was held.
            upright = PIL.ImageOps.exif_transpose(image).convert("RGBA")
        except EOFError as error:
            raise SourceError(f"{name}: no frame {frame} in the image") from error
        except (OSError, ValueError, SyntaxError) as error:
            raise SourceError(f"{name}: frame {frame} of the image is damaged") from error
    paper = PIL.Image.new("RGBA", upright.size, "white")
    paper.alpha_composite(upright)
    scale = (max_pixels / (paper.width * paper.height)) ** 0.5
    if scale < 1:
        paper = paper.resize((max(1, int(paper.width * scale)), max(1, int(paper.height * scale))))
    pixels = np.asarray(paper.convert("RGB"), dtype=np.uint8)
    return np.ascontiguousarray(pixels[:, :, ::-1])
