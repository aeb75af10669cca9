"""What a process of `processes.ProcessEngine` runs: shards come in by stdin, entries go out.

First comes a line of JSON that is a `Work` without the model's file, and the file. Then every line
is a shard's name in JSON, and every line of the answer an entry, the first of which is empty: the
model is loaded.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
from typing import Any, BinaryIO

from posenet3d.bulk.lifter import ShardLifter, Work

FAILED = "failed"
"""Key of an answer that says why there can be no worker."""


def main() -> None:
    """Lifts what it is told until nobody tells it any more."""
    source = sys.stdin.buffer
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what libraries print is no answer
    header = json.loads(source.readline())
    size = header.pop("bytes")
    shards: queue.SimpleQueue[str] = queue.SimpleQueue()
    try:
        lifter = ShardLifter(Work(model=source.read(size), **header))
    except Exception as error:
        _say(answers, {FAILED: f"{type(error).__name__}: {error}"})
        return
    threading.Thread(target=_listen, args=(source, shards), daemon=True).start()
    _say(answers, {})
    while True:
        _say(answers, lifter.lift(shards.get()))


def _listen(source: BinaryIO, shards: queue.SimpleQueue[str]) -> None:
    """Passes shards on; when the job ends or is killed, so does this process, at work or not."""
    for line in source:
        shards.put(json.loads(line))
    os._exit(0)


def _say(answers: BinaryIO, answer: dict[str, Any]) -> None:
    answers.write(json.dumps(answer).encode() + b"\n")
    answers.flush()


if __name__ == "__main__":
    main()
