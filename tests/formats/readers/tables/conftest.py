"""Writing the files that the readers of tables are tested with."""

import pytest


@pytest.fixture
def write(tmp_path):
    def write(content, name="video.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write
