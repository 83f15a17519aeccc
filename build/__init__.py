"""Tools of development and release. A package, so that no installed "build" takes its name."""
