"""What readers share whose files hold frames, each with a list of persons, as OpenPose's do."""
