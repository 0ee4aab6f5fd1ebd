"""The built-in cities: an invented one with a generator, and Montreal's car sharing from the plotly package."""
