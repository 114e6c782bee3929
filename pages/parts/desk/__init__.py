"""The two desks, Annotate and Adjudicate: their browser components and the server side of their state."""
