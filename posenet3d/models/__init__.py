"""The networks and what is made of them."""
