"""Pictures (extra `viz`), videos (`video`), pages and Rerun logs (`rerun`) of poses."""
