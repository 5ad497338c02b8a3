"""Ways to a card: in this process, in a virtual PC/SC reader, in a real one."""
