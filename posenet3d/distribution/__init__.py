"""Several devices and machines that train one model: who takes part, and what they share."""

from posenet3d.distribution.team import ALONE, Team, make_team

__all__ = ["ALONE", "Team", "make_team"]
