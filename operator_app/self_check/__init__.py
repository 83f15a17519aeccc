"""Whether this copy of the program is whole: tried out on an office of its own, then forgotten.

Part of the composition root: `117-operator --self-check`, for IT staff and for the build.
"""
