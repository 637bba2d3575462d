"""Parts of `build_guides.py`: packages, value sets, base types, profiles."""
