"""The regression gate: may this version replace the current one, given both results on the same cases?"""
