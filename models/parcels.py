"""Objects as a small frame and large buffers, so that buffers which arrived before need not travel again."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Sequence
from dataclasses import dataclass

#: Bytes from which a buffer is worth an address of its own.
LARGE = 32_768


@dataclass(frozen=True)
class Parcel:
    """A pickle whose large arrays lie beside it, in their order, each with its digest."""

    frame: bytes
    buffers: tuple[tuple[str, bytes], ...]

    @property
    def size(self) -> int:
        """Bytes of everything."""
        return len(self.frame) + sum(len(body) for _, body in self.buffers)


def packed(made: object) -> Parcel:
    """The object with its arrays of `LARGE` bytes and more apart."""
    apart: list[tuple[str, bytes]] = []

    def keep(buffer: pickle.PickleBuffer) -> bool:
        """Whether the pickle itself shall hold the buffer."""
        raw = buffer.raw()
        if raw.nbytes < LARGE:
            return True
        body = raw.tobytes()
        apart.append((hashlib.blake2b(body, digest_size=16).hexdigest(), body))
        return False

    frame = pickle.dumps(made, protocol=5, buffer_callback=keep)
    return Parcel(frame, tuple(apart))


def unpacked(frame: bytes, buffers: Sequence[bytes]) -> object:
    """The object again; arrays own their memory and may be written to."""
    return pickle.loads(frame, buffers=[bytearray(body) for body in buffers])
