"""The command-dispatch toolbox: everything between "something happened" and "closed and judged"."""
