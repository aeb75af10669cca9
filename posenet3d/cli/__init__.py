"""The command `posenet3d`: flags to settings, settings to a job, results to the terminal."""
