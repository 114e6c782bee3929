"""The parts of the Versions page: the versions with their accuracy and lineage, one version, and its runs."""
