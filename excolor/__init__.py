"""Decide before training where a network keeps a concept, then delete that concept.

The experiment is Ex 2.7 ("Delete hue subspace") of a public notebook series, and Ex 2.6 on which it builds.
Start at :mod:`excolor.config` (what a run is) and :mod:`excolor.training` (how it is run).
"""

__version__ = "0.1.0"
