"""What joining persons into tracks computes: of detections alone, and of those who move."""
