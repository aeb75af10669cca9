"""What goes over the wire: services, errors, health, security, metrics."""
