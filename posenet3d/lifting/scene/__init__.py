"""All people of an input together: their tracks, their bodies, the room that they are in."""
