"""What people do: each activity is a function that sets the joint angles of a clip."""
