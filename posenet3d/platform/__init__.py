"""What differs between machines, stacks and installations."""
