"""The execution kind of judge: it runs the query of an answer and its reference, and compares their results."""
