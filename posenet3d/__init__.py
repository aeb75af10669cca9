"""posenet3d: learn to lift 2D human keypoints to 3D from 2D poses alone."""
