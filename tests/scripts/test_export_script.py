import pytest
import tensorflow as tf


def test_run_is_exported_and_its_folder_printed(script, trained, tmp_path):
    output = tmp_path / "served" / "mine"
    process = script("export", f"--model={trained}", f"--output={output}", "--nowarmup")
    assert process.returncode == 0, process.stderr
    assert process.stdout.split() == [str(output / "1")]
    signatures = tf.saved_model.load(str(output / "1")).signatures
    assert set(signatures) == {
        "serving_default", "lift_with_confidence", "lift_coco", "lift_normalized"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ([], "output is empty"),
        (["--output=mine", "--model=nowhere"], "no model 'nowhere'"),
        (["--output=mine", "--nosaved_model"], "Nothing to export"),
    ],
)
def test_what_cannot_be_is_one_line(refused, tmp_path, args, message):
    assert message in refused("export", *args, cwd=tmp_path)
    assert not list(tmp_path.iterdir())
