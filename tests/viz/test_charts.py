import numpy as np
import pytest

from posenet3d.skeletons.skeleton import H36M_17
from posenet3d.viz import charts, figures

HISTORY = [
    {
        "epoch": e,
        "loss": 2.0 / e,
        "consistency_2d": 0.01 / e,
        "adversarial": 0.7,
        "discriminator_loss": 0.2,
        "bone": 0.3,
        "lifter_learning_rate": 10.0**-e,
        "seconds": 12.5,
    }
    | ({"val_pa_mpjpe": 90.0 - e} if e % 2 else {"val_pa_mpjpe": None, "note": "no validation"})
    for e in range(1, 6)
]


def panels(figure):
    return {axes.get_title(loc="left"): axes for axes in figure.axes}


def lines(axes):
    return {line.get_label().split(":")[0]: line for line in axes.lines}


def test_quantities_are_grouped_and_all_drawn():
    drawn = {
        title: set(lines(axes)) for title, axes in panels(charts.training_curves(HISTORY)).items()
    }
    assert drawn == {
        "loss": {"loss"},
        "error, mm": {"val pa mpjpe"},
        "consistency": {"consistency 2d"},
        "adversary": {"adversarial", "discriminator loss"},
        "other terms": {"bone"},
        "learning rate": {"lifter learning rate"},
    }


def test_curves_hold_the_values_and_skip_what_is_not_a_number():
    error = lines(panels(charts.training_curves(HISTORY))["error, mm"])["val pa mpjpe"]
    np.testing.assert_array_equal(error.get_xdata(), [1, 3, 5])
    np.testing.assert_array_equal(error.get_ydata(), [89, 87, 85])
    assert error.get_label() == "val pa mpjpe: best 85.0"


def test_wide_ranges_are_logarithmic_and_errors_are_not():
    axes = panels(charts.training_curves(HISTORY))
    assert axes["learning rate"].get_yscale() == "log"
    assert axes["adversary"].get_yscale() == "linear"
    assert axes["error, mm"].get_yscale() == "linear"


def test_absent_keys_leave_no_empty_panel():
    figure = charts.training_curves([{"loss": 1.0}])
    assert set(panels(figure)) == {"loss"}
    assert figures.to_png(figure, dpi=40)


@pytest.mark.parametrize("history", [[], [{}], [{"loss": float("nan")}], [{"epoch": 3}]])
def test_history_without_numbers_is_refused(history):
    with pytest.raises(ValueError, match="no number to draw"):
        charts.training_curves(history)


def test_histogram_counts_every_pose_and_names_the_median():
    errors = np.concatenate([np.full(60, 10.0), np.full(40, 30.0), [1e6]])
    axes = charts.error_histogram({"ours": errors, "flat": 2 * errors[:100]}).axes[0]
    outlines = [patch for patch in axes.patches if not patch.get_fill()]
    for outline in outlines:
        assert outline.get_data().values.sum() == pytest.approx(100)
    labels = [t.get_text() for t in axes.get_legend().texts]
    assert labels == ["ours: median 10.0 mm", "flat: median 20.0 mm"]


def test_histogram_without_errors_is_refused():
    with pytest.raises(ValueError, match="no error to draw"):
        charts.error_histogram({"ours": np.array([np.nan])})


def test_joint_errors_stand_in_the_row_of_their_joint():
    axes = charts.error_by_joint({"ours": np.arange(17.0)}, H36M_17).axes[0]
    np.testing.assert_array_equal(axes.lines[0].get_xdata(), axes.lines[0].get_ydata())
    assert [t.get_text() for t in axes.get_yticklabels()][1] == "right hip"
    with pytest.raises(ValueError, match="must have 17 errors"):
        charts.error_by_joint({"ours": np.zeros(16)}, H36M_17)


TRIALS = [
    {"elevation": 24.0, "view_distance": 2.5},
    {"elevation": -8.0, "view_distance": 0.5},
    {"elevation": 8.0, "view_distance": 0.02, "seconds": 3.0},
]


def test_trials_stand_at_their_elevation_from_left_to_right():
    figure = charts.elevation_curve(TRIALS)
    (axes,) = figure.axes
    (curve,) = axes.lines
    np.testing.assert_array_equal(curve.get_xdata(), [-8.0, 8.0, 24.0])
    np.testing.assert_array_equal(curve.get_ydata(), [0.5, 0.02, 2.5])
    assert curve.get_marker() == "o"
    assert axes.get_yscale() == "log"
    assert axes.get_xscale() == "linear"
    assert "degrees" in axes.get_xlabel()
    assert figures.to_png(figure, dpi=40)


def test_a_trial_without_distance_does_not_vanish_from_a_logarithmic_axis():
    trials = [*TRIALS, {"elevation": 0.0, "view_distance": 0.0}]
    (axes,) = charts.elevation_curve(trials).axes
    assert axes.get_yscale() == "linear"
    low, high = axes.get_ylim()
    assert low <= 0.0 < 2.5 <= high


def test_a_search_of_one_trial_is_drawn():
    (axes,) = charts.elevation_curve(TRIALS[:1]).axes
    assert axes.lines[0].get_xydata().tolist() == [[24.0, 2.5]]


def test_no_trial_is_refused():
    with pytest.raises(ValueError, match="no trial to draw"):
        charts.elevation_curve([])


def test_errors_stand_over_their_minutes_a_line_a_run():
    curves = {
        "ours": (np.array([1.0, 10.0]), np.array([80.0, 40.0])),
        "supervised": (np.array([0.5]), np.array([30.0])),
    }
    (axes,) = charts.error_against_minutes(curves).axes
    for name, (minutes, errors) in curves.items():
        line = lines(axes)[name]
        np.testing.assert_array_equal(line.get_xydata(), np.stack([minutes, errors], axis=1))
    assert axes.get_xscale() == axes.get_yscale() == "log"
    with pytest.raises(ValueError, match="no run to draw"):
        charts.error_against_minutes({})
