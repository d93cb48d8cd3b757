"""Stands in for `encodings`, the first module that Python imports: installs the par's finders, and becomes the real one.

All else that an interpreter imports while it starts up is then found in the par: codecs, `warnings`, `site`.
"""


def _carry():
    import marshal

    import _memfd_par  # the launcher's (runtime/launcher/python.c)

    code, runtime, header = marshal.loads(_memfd_par.boot)
    names = {}
    exec(code, names)
    return names["carry"](_memfd_par, runtime, header)


__spec__ = _carry()
__loader__ = __spec__.loader
__file__ = __spec__.origin
__path__ = __spec__.submodule_search_locations
del _carry
exec(__loader__.get_code(__name__), globals())
