"""Ten functions on pandas tables for notebooks: load a release and results, score answers, compare versions, gate."""
