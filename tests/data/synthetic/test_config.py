import dataclasses

import pytest

from posenet3d.data.synthetic import QUICKSTART_ACTIVITIES, SyntheticConfig

BAD = [
    ({"num_sequences": 0}, "num_sequences .* got 0"),
    ({"num_sequences": 2.5}, "num_sequences .* got 2.5"),
    ({"frames_per_sequence": 1}, "frames_per_sequence .* got 1"),
    ({"seed": -1}, "seed .* got -1"),
    ({"activities": ()}, r"activities .* got \(\)"),
    ({"activities": "walking"}, "activities must be a tuple .* got 'walking'"),
    ({"activities": ("walking", "flying")}, r"\['flying'\]; known are .*walking"),
    ({"bodies": "giants"}, "bodies must be .* got 'giants'"),
    ({"elevation_mean_deg": 80.0}, "elevation_mean_deg .* got 80.0"),
    ({"elevation_std_deg": -1.0}, "elevation_std_deg .* got -1.0"),
    ({"elevation_std_deg": float("nan")}, "elevation_std_deg .* got nan"),
    ({"distance_m": (7.0, 4.0)}, r"distance_m .* got \(7.0, 4.0\)"),
    ({"distance_m": (0.5, 4.0)}, r"distance_m .* got \(0.5, 4.0\)"),
    ({"distance_m": 4.0}, "distance_m .* got 4.0"),
    ({"image_size": (0, 100)}, r"image_size .* got \(0, 100\)"),
    ({"image_size": 1000}, "image_size .* got 1000"),
    ({"focal_length_px": 0.0}, "focal_length_px .* got 0.0"),
    ({"frame_rate": float("inf")}, "frame_rate .* got inf"),
]


@pytest.mark.parametrize(("arguments", "message"), BAD)
def test_bad_values_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        SyntheticConfig(**arguments)


def test_defaults_make_about_100000_poses_of_every_everyday_activity():
    config = SyntheticConfig()
    assert config.num_sequences * config.frames_per_sequence == 100_000
    assert config.activities == QUICKSTART_ACTIVITIES
    assert len(set(QUICKSTART_ACTIVITIES)) == len(QUICKSTART_ACTIVITIES) >= 16


def test_it_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        SyntheticConfig().seed = 1
