"""Simulated populations against what authors and publications say."""
