from types import SimpleNamespace

import pytest

from posenet3d.platform.devices import let_memory_grow
from tests.fixtures import forked_scripts
from tests.fixtures.checkout import CHECKOUT

SCRIPTS = CHECKOUT / "scripts"


class Settings:
    """Stands for `tf.config` on a machine with some GPUs."""

    def __init__(self, *gpus, started=False):
        self.gpus = gpus
        self.growing = []
        self.started = started
        self.experimental = SimpleNamespace(set_memory_growth=self.set_memory_growth)

    def list_physical_devices(self, device_type):
        return list(self.gpus) if device_type == "GPU" else ["the CPU"]

    def set_memory_growth(self, device, enable):
        if self.started:
            raise RuntimeError("Physical devices cannot be modified after being initialized")
        self.growing.append((device, enable))


@pytest.mark.parametrize("gpus", [(), ("gpu:0",), ("gpu:0", "gpu:1")])
def test_every_gpu_takes_memory_as_it_needs_it(gpus):
    settings = Settings(*gpus)
    assert let_memory_grow(settings) == len(gpus)
    assert settings.growing == [(gpu, True) for gpu in gpus]


def test_too_late_is_no_reason_to_stop():
    assert let_memory_grow(Settings("gpu:0", started=True)) == 1


def test_a_machine_without_gpus_is_left_alone():
    assert let_memory_grow() >= 0


@pytest.mark.parametrize("script", ["train", "evaluate"])
def test_scripts_let_memory_grow_before_they_begin(tmp_path, script):
    """What they are asked for fails at once, but only behind it."""
    instead = (
        "import posenet3d.platform.devices\n"
        "posenet3d.platform.devices.let_memory_grow = lambda: print('may grow')\n"
    )
    flags = ("--run_dir=", "--model=none", "--data=none", "--undefok=run_dir,model,data")
    process = forked_scripts.run(SCRIPTS / f"{script}.py", *flags, cwd=tmp_path, before=instead)
    assert (process.returncode, process.stdout) == (2, "may grow\n"), process.stderr
