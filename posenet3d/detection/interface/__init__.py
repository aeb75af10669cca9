"""What detectors share: the interface, and how a library declares that it has one."""
