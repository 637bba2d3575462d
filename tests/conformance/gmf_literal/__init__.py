"""A literal interpreter of Synthea's module framework: week by week, state by state, as its description reads.

It shares the reader, the cast and the chart with the engine of the package and none of its scheduling, so that where
both agree, the engine's shortcuts are right; and where this agrees with Synthea, the description is.
"""
