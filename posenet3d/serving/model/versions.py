"""The versions of a model on disk: new ones are loaded, old ones drained and unloaded."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import grpc
import tensorflow as tf
from tensorflow_serving.apis import get_model_status_pb2, model_pb2

from posenet3d.errors import reason_of
from posenet3d.serving.model.failure import RequestError, invalid
from posenet3d.serving.model.servable import Servable
from posenet3d.serving.model.threads import in_thread

State = get_model_status_pb2.ModelVersionStatus.State


@dataclasses.dataclass
class Version:
    """A version as `GetModelStatus` tells of it."""

    number: int
    state: int = State.START
    failure: RequestError | None = None
    servable: Servable | None = None
    users: int = 0  # requests under way
    files: Any = None  # what the folder held when it could not be loaded


class Versions:
    """The newest versions of a model, by number; used from one event loop alone.

    As TensorFlow Serving's availability preserving policy has it, a version is unloaded only once
    those that take its place are available. A version that cannot be loaded takes nobody's place,
    and is tried again as soon as its files change, which they do while it is being copied. Each is
    loaded in a thread of its own, so that one that never ends holds up no later one.

    Args:
      base: Folder with a folder a version, whose names are integers.
      name: The model's name.
      keep: How many versions are served.
      load: Loads the version of a folder and a number.
      say: Takes lines about what goes on.
    """

    def __init__(
        self,
        base: Path,
        name: str,
        keep: int,
        load: Callable[[Path, int], Servable],
        say: Callable[[str], None],
    ) -> None:
        self.name = name
        self._base = base
        self._keep = keep
        self._load = load
        self._say = say
        self._versions: dict[int, Version] = {}
        self._found: dict[int, Path] = {}  # what the folder held when it was last looked at
        self._choosing = asyncio.Lock()
        self._changed = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def available(self) -> list[int]:
        """The numbers of the versions that answer, the newest last."""
        return sorted(n for n, one in self._versions.items() if one.state == State.AVAILABLE)

    def statuses(self, number: int | None = None) -> list[Version]:
        """What became of the versions, the newest first; of one where a number is given.

        Raises:
          RequestError: If there is none.
        """
        if number is None:
            return [self._versions[key] for key in sorted(self._versions, reverse=True)]
        if number not in self._versions:
            raise RequestError(
                grpc.StatusCode.NOT_FOUND, f"Could not find version {number} of model {self.name}"
            )
        return [self._versions[number]]

    def status_of(self, spec: model_pb2.ModelSpec) -> get_model_status_pb2.GetModelStatusResponse:
        """What became of the versions that a request means, as the protocol has it.

        Raises:
          RequestError: If there is no such model or version.
        """
        if spec.name != self.name:
            raise RequestError(
                grpc.StatusCode.NOT_FOUND, f"Could not find any versions of model {spec.name}"
            )
        number = spec.version.value if spec.HasField("version") else None
        response = get_model_status_pb2.GetModelStatusResponse()
        for version in self.statuses(number):
            status = response.model_version_status.add(version=version.number, state=version.state)
            status.status.error_code = 0
            if version.failure:
                status.status.error_code = version.failure.code.value[0]
                status.status.error_message = version.failure.message
        return response

    @contextlib.contextmanager
    def using(self, spec: model_pb2.ModelSpec) -> Iterator[Servable]:
        """The version that a request means, which is not unloaded while it is in use.

        Raises:
          RequestError: If it is not served, in TensorFlow Serving's words
            (model_servers/server_core.cc, core/basic_manager.cc).
        """
        version = self._find(spec)
        version.users += 1
        try:
            yield version.servable
        finally:
            version.users -= 1

    def _find(self, spec: model_pb2.ModelSpec) -> Version:
        if not spec.name:
            raise invalid("ModelSpec has no name specified.")
        if spec.WhichOneof("version_choice") == "version_label":
            raise invalid(f"Unrecognized servable version label: {spec.version_label}")
        wanted = f"Latest({spec.name})"
        numbers = self.available
        if spec.HasField("version"):
            wanted = f"Specific({spec.name}, {spec.version.value})"
            numbers = [n for n in numbers if n == spec.version.value]
        if spec.name != self.name or not numbers:
            raise RequestError(
                grpc.StatusCode.NOT_FOUND, f"Servable not found for request: {wanted}"
            )
        return self._versions[numbers[-1]]

    async def poll(self) -> None:
        """Looks at the folder once; begins to load and to unload what that asks for."""
        self._found = await in_thread(_numbered, self._base)
        await self._choose()

    async def settled(self) -> None:
        """Waits until a version is available, or none is being loaded any more."""
        while not self.available and any(
            one.state == State.LOADING for one in self._versions.values()
        ):
            self._changed.clear()
            await self._changed.wait()

    async def watch(self, seconds: float) -> None:
        """Looks at the folder for ever, every so many seconds."""
        while True:
            await asyncio.sleep(seconds)
            try:
                await self.poll()
            except OSError as error:  # a network drive that is away comes back
                self._say(f"Cannot look for versions of {self.name}: {error}")

    async def close(self) -> None:
        """Unloads everything; whoever still uses a version has its session closed."""
        for task in self._tasks:
            task.cancel()
        for version in self._versions.values():
            if version.servable:
                await in_thread(version.servable.close)
                version.servable = None

    async def _choose(self) -> None:
        """Begins to load the newest versions that can be, and to unload those they replace."""
        async with self._choosing:
            chosen = 0
            for number in sorted(self._found, reverse=True):
                if chosen < self._keep and await self._begun(number, self._found[number]):
                    chosen += 1
        newest = [number for number in self.available if number in self._found][-self._keep :]
        if newest:  # an empty folder does not take the place of what is served
            for number in set(self.available) - set(newest):
                self._versions[number].state = State.UNLOADING  # takes no new requests
                self._start(self._unload(self._versions[number]))

    async def _begun(self, number: int, path: Path) -> bool:
        """Whether a version is available or being loaded, which begins if there is reason to."""
        version = self._versions.get(number)
        if version and version.state in (State.AVAILABLE, State.LOADING):
            return True
        files = await in_thread(_files, path)
        if version and (version.state == State.UNLOADING or version.files == files):
            return False
        self._versions[number] = version = Version(number, State.LOADING, files=files)
        self._start(self._loaded(version, path))
        return True

    async def _loaded(self, version: Version, path: Path) -> None:
        """Loads a version; others are loaded meanwhile, however long it takes."""
        try:
            version.servable = await in_thread(self._load, path, version.number)
        except Exception as error:  # a damaged model fails in many ways, and all mean the same
            version.state = State.END
            version.failure = RequestError(
                RequestError.of(error).code, f"Cannot load {path}: {_text(error)}"
            )
            self._say(version.failure.message)
        else:
            version.state, version.files = State.AVAILABLE, None
            self._say(
                f"Version {version.number} of {self.name} is available, after "
                f"{version.servable.warmed_up} warmup requests."
            )
        await self._choose()
        self._changed.set()

    async def _unload(self, version: Version) -> None:
        while version.users:
            await asyncio.sleep(0.01)
        servable, version.servable = version.servable, None
        await in_thread(servable.close)
        version.state = State.END
        self._say(f"Version {version.number} of {self.name} is unloaded.")

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _numbered(base: Path) -> dict[int, Path]:
    """The folders whose names are integers; the shortest name where two are the same number."""
    folders = [path for path in base.iterdir() if path.name.isdecimal() and path.is_dir()]
    ordered = sorted(folders, key=lambda path: -len(path.name))
    return {int(path.name): path for path in ordered if int(path.name) < 2**63}


def _files(path: Path) -> list[tuple[str, int, int]]:
    """Name, size and time of everything in a folder."""
    found = []
    for file in sorted(path.rglob("*")):
        with contextlib.suppress(FileNotFoundError):
            about = file.stat()
            found.append((str(file), about.st_size, about.st_mtime_ns))
    return found


def _text(error: Exception) -> str:
    """What an exception says, in a line."""
    if isinstance(error, RequestError | tf.errors.OpError):
        error = RequestError.of(error)
    return reason_of(error)
