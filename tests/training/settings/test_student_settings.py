import pytest

from posenet3d.errors import ConfigError
from posenet3d.training.settings.config import StudentConfig, TrainingConfig


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: TrainingConfig(student=StudentConfig(steps=150)),
            "student_steps must be a multiple of steps_per_epoch, got 150 and 100",
        ),
        (
            lambda: TrainingConfig(student=StudentConfig(steps=100), scale="dataset"),
            "student_steps needs scale=pose",
        ),
        (lambda: StudentConfig(teacher="full"), "student_teacher is given, but student_steps is 0"),
        (lambda: StudentConfig(lowest=30.0, highest=10.0), "student_lowest must .* got 30.0"),
        (lambda: StudentConfig(nearest=1.0), "student_nearest must .* got 1.0"),
        (lambda: StudentConfig(nearest=9.0, farthest=8.0), "student_nearest must .* got 9.0"),
        (lambda: StudentConfig(virtual=1.5), "student_virtual must .* got 1.5"),
        (lambda: StudentConfig(mixed=-0.1), "student_mixed must .* got -0.1"),
    ],
)
def test_wrong_settings_are_refused_with_their_value(make, message):
    with pytest.raises(ConfigError, match=message):
        make()
