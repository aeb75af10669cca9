"""Writers of lifted poses, one file a format."""
