"""What happens to persons over time: tracks, smoothing, gaps."""
