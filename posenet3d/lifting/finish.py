"""From lifted parts to the files that are asked for."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from posenet3d.errors import InputError
from posenet3d.formats.output import Output
from posenet3d.formats.parsing.source import PeopleSource
from posenet3d.geometry.axes import CAMERA
from posenet3d.lifting.config import LiftConfig
from posenet3d.lifting.parts.odd_joints import notes_on_joints
from posenet3d.lifting.parts.spool import Spool
from posenet3d.lifting.pictures import Pictures
from posenet3d.lifting.scene.by_track import Lift, LiftTogether
from posenet3d.lifting.scene.grounded import grounded
from posenet3d.lifting.scene.over_time import in_context, tracked
from posenet3d.lifting.scene.room import room_of, with_calm_paths
from posenet3d.lifting.scene.upright import Level
from posenet3d.lifting.summary import Summary
from posenet3d.motion.config import MotionConfig
from posenet3d.motion.people import smooth_people
from posenet3d.poses.lifted import Lifted, join
from posenet3d.poses.timeline import notes_of

MOST_PEOPLE = 250_000
"""More are not held in memory (200 MB) to look at their tracks where the output needs none; ours.
Two hours of one person at 30 frames a second."""


def finish(
    spool: Spool,
    source: PeopleSource,
    output: Output | None,
    pictures: Pictures,
    config: LiftConfig,
    again: Lift,
    over_time: LiftTogether | None = None,
) -> Summary:
    """Writes what is asked for from the finished parts.

    Args:
      spool: The parts.
      source: The input.
      output: Where to write, if anywhere.
      pictures: What to draw.
      config: The settings.
      again: Lifts people anew whose 2D has been mended.
      over_time: Lifts the frames of one person together; None: each frame is lifted alone.

    Raises:
      InputError: If there is nobody, or a file cannot be written.
    """
    summary = Summary(units=source.count, kind=source.kind)
    summary.add_faults(spool.faults())
    summary.notes += notes_on_joints(spool.counts(), config.min_confidence)
    if not spool.people:
        raise _nobody(source, summary)
    needs_tracks = config.moving_pictures or (output is not None and output.holds_motion)
    needs_tracks |= config.motion != MotionConfig() or config.associate == "always"
    needs_tracks |= config.in_a_room
    parts: Iterable[Lifted] = spool
    looks_at_tracks = config.looks_at_tracks or over_time is not None
    why_alone = _why_alone(spool.people) if looks_at_tracks else ""
    looks = looks_at_tracks and not why_alone
    if needs_tracks or looks:
        lifts = again, over_time
        parts = [_together(spool, source, config, lifts, looks, needs_tracks, summary)]
    else:
        for part in parts:
            summary.add(part)
    if why_alone:
        summary.notes.append(f"Each frame was lifted alone: {why_alone}.")
    level = Level("on" if config.ground and config.level == "auto" else config.level)
    in_output = output is not None and level.wanted(output.axes != CAMERA)
    in_pictures = pictures.any and level.wanted(config.moving_pictures)
    upright = parts
    if in_output or in_pictures:
        drawn = [path for path in (config.figure, config.video, config.html, config.rerun) if path]
        names = [str(config.output)] * in_output + drawn * in_pictures
        whole, notes = level.upright(join(list(parts)), ", ".join(names))
        summary.notes += notes
        if config.ground:
            whole, notes = grounded(whole, config.height_mm, config.fps)
            summary.notes += notes
        upright = [whole]
    if output:
        written = output.write_parts(upright if in_output else parts)
        summary.paths += written.paths
        summary.notes += written.notes
    paths, notes = pictures.write(upright if in_pictures else parts, summary.people)
    summary.paths += paths
    summary.notes += notes
    return summary


def _why_alone(people: int) -> str:
    """Why the frames around a pose are not looked at; empty: they are."""
    if people > MOST_PEOPLE:
        return f"there are more than {MOST_PEOPLE} people"
    return ""


def _together(
    spool: Spool,
    source: PeopleSource,
    config: LiftConfig,
    lifts: tuple[Lift, LiftTogether | None],
    looks: bool,
    needs_tracks: bool,
    summary: Summary,
) -> Lifted:
    """All people at once, with what is known of them only so; the summary counts them."""
    whole = join(list(spool))
    whole = Lifted(dataclasses.replace(whole.people, listed=source.listed()), whole.result)
    people = tracked(whole.people, config.associate)
    size = config.reading.image_width_height
    room = room_of(people, config.focal_length, config.fov, size)
    seen = people
    if looks:
        again, over_time = lifts
        if room:
            again = room.centring(again, people)
            over_time = over_time and room.centring_all(over_time, people)
        body = config.body == "track"
        whole, found = in_context(
            whole, people, again, config.mend, body, config.height_mm, config.fps, over_time
        )
        summary.notes += found.notes()
        seen = found.lifted_people or people
    if room:
        whole = room.placed(whole, seen)
    summary.add(whole)
    if not needs_tracks:
        return whole
    summary.notes += notes_of(people)
    whole = Lifted(*smooth_people(people, whole.result, config.motion, config.fps))
    summary.interpolated = int(whole.interpolated.sum())
    return with_calm_paths(whole, config.fps) if room else whole


def _nobody(source: PeopleSource, summary: Summary) -> InputError:
    """The error to raise where there is nobody to lift."""
    if summary.faults:
        return InputError(
            f"{source.path}: nobody to lift; all of the {summary.num_faults} {source.kind} with "
            f"people are bad, the first: {summary.faults[0]}"
        )
    return InputError(f"{source.path}: nobody is in any of the {source.count} {source.kind}.")
