"""How the invented city was drawn, once; nothing here runs when the cockpit does."""
