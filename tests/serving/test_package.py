"""What importing the package needs, and what its docs say."""

import re

from posenet3d.lifting import LiftConfig
from posenet3d.serving import RequestConfig, ServerConfig
from tests.fixtures import forked_scripts
from tests.fixtures.checkout import CHECKOUT, load_module


def test_without_the_extra_the_package_works_and_the_script_names_it():
    before = (  # all is imported anew that could need grpc
        "import sys\n"
        "for name in list(sys.modules):\n"
        "    if name.split('.')[0] in ('grpc', 'posenet3d', 'tensorflow_serving'):\n"
        "        del sys.modules[name]\n"
        "sys.modules['grpc'] = None; import posenet3d; print('imported')"
    )
    process = forked_scripts.run(CHECKOUT / "scripts" / "serve.py", before=before)
    assert (process.returncode, process.stdout) == (2, "imported\n")
    assert "Traceback" not in process.stderr
    assert "posenet3d.serving needs grpc" in process.stderr
    assert "pip install 'posenet3d[serving]'" in process.stderr


def test_documented_flags_are_those_there_are():
    flags = load_module("posenet3d/cli/flags.py")
    page = (CHECKOUT / "docs" / "serving.md").read_text()
    lift = flags.to_markdown(LiftConfig).splitlines()
    rows = [row for row in flags.to_markdown(RequestConfig).splitlines() if row not in lift]
    for table in (flags.to_markdown(ServerConfig), "\n".join(rows)):
        assert table in page, f"docs/serving.md must have this table of flags:\n{table}"


def test_the_documented_client_calls_are_those_there_are(models, server):
    """The example of docs/serving.md, as it stands, but for the server and its signatures."""
    page = (CHECKOUT / "docs" / "serving.md").read_text()
    (example,) = re.findall(r"```python\n(from posenet3d.serving.*?)```", page, re.DOTALL)
    example = example.replace("127.0.0.1:8500", server.address).replace('"full"', '"lifter"')
    example = example.replace("lift_coco", "lift_with_confidence")
    poses = models.poses(3)
    given = {"keypoints_2d": poses, "confidence": poses[..., 0] * 0 + 1}
    exec(example, given)
    assert given["answer"]["keypoints_3d"].shape == (3, 17, 3)
    assert given["piece"]["score"].shape == (3,)
