"""From the Generic Module Framework to the module language, with a list of what could not be said."""
