"""People: their proportions, how their joints move, how they rest on the floor."""
