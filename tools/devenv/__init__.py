"""The development environment of DSO Collection: what `make` runs.

It needs nothing but the standard library: it has to work before the virtual environment exists.
"""
