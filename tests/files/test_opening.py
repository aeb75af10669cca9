import os
import socket

import pytest

from posenet3d.errors import InputError
from posenet3d.files.opening import opening
from posenet3d.formats.detect import detect_format, read_people
from posenet3d.formats.readers import READERS
from posenet3d.models.loading import find
from posenet3d.poses.archives.archive import archive_splits, read_archive
from posenet3d.skeletons.map_files.map_file import read_map_file


@pytest.fixture
def pipe(tmp_path):
    """A named pipe into which nobody writes: opening it would wait forever."""
    os.mkfifo(tmp_path / "people.json")
    return tmp_path / "people.json"


@pytest.mark.parametrize("format", ["auto", *(reader.name for reader in READERS)])
def test_readers_refuse_a_pipe_at_once(pipe, format):
    with pytest.raises(InputError, match=r"people\.json is a pipe; save"):
        read_people(pipe, format, image_size=(1280, 720))


@pytest.mark.parametrize("read", [detect_format, read_archive, read_map_file])
def test_so_does_whatever_reads_a_file_that_a_user_named(pipe, read):
    with pytest.raises(InputError, match="is a pipe"):
        read(pipe)


def test_archives_and_models_are_not_waited_for(pipe):
    assert archive_splits(pipe) == ()
    with pytest.raises(InputError, match="no model"):
        find(pipe)


def test_sockets_and_devices_are_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # names of sockets may not be long
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.json")
        with pytest.raises(InputError, match="is a socket"):
            read_people("socket.json")
    with pytest.raises(InputError, match="is a device"):
        read_people(os.devnull)


def test_a_link_to_a_file_is_a_file(tmp_path):
    (tmp_path / "file").write_text("text")
    (tmp_path / "link").symlink_to("file")
    with opening(tmp_path / "link"):
        assert (tmp_path / "link").read_text() == "text"
