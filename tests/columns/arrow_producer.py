"""A producer of Arrow structs, valid or invalid, that counts their releases.

It uses ctypes, so that no library corrects invalid structs.
"""

import ctypes
from ctypes import POINTER, byref, c_char_p, c_int, c_int64, c_void_p


class Schema(ctypes.Structure):
    pass


class Array(ctypes.Structure):
    pass


class Stream(ctypes.Structure):
    pass


ReleaseSchema = ctypes.CFUNCTYPE(None, POINTER(Schema))
ReleaseArray = ctypes.CFUNCTYPE(None, POINTER(Array))
ReleaseStream = ctypes.CFUNCTYPE(None, POINTER(Stream))
GetSchema = ctypes.CFUNCTYPE(c_int, POINTER(Stream), POINTER(Schema))
GetNext = ctypes.CFUNCTYPE(c_int, POINTER(Stream), POINTER(Array))
GetLastError = ctypes.CFUNCTYPE(c_void_p, POINTER(Stream))

Schema._fields_ = [
    ("format", c_char_p),
    ("name", c_char_p),
    ("metadata", c_char_p),
    ("flags", c_int64),
    ("n_children", c_int64),
    ("children", POINTER(POINTER(Schema))),
    ("dictionary", POINTER(Schema)),
    ("release", ReleaseSchema),
    ("private_data", c_void_p),
]
Array._fields_ = [
    ("length", c_int64),
    ("null_count", c_int64),
    ("offset", c_int64),
    ("n_buffers", c_int64),
    ("n_children", c_int64),
    ("buffers", POINTER(c_void_p)),
    ("children", POINTER(POINTER(Array))),
    ("dictionary", POINTER(Array)),
    ("release", ReleaseArray),
    ("private_data", c_void_p),
]
Stream._fields_ = [
    ("get_schema", GetSchema),
    ("get_next", GetNext),
    ("get_last_error", GetLastError),
    ("release", ReleaseStream),
    ("private_data", c_void_p),
]

_new_capsule = ctypes.pythonapi.PyCapsule_New
_new_capsule.restype = ctypes.py_object
_new_capsule.argtypes = [c_void_p, c_char_p, c_void_p]


_ALL = []  # exported structs point into their producer and may outlive a test


class Producer:
    """Makes structs that stay in memory, with their buffers, until the process ends.

    `released` counts releases of exported structs by kind. A consumer must not release
    a part inside a struct unless it moved the part out; such releases count as "part".
    """

    def __init__(self):
        self.released = {"schema": 0, "array": 0, "stream": 0, "part": 0}
        self._kept = []
        _ALL.append(self)

    def keep(self, thing):
        self._kept.append(thing)
        return thing

    def _release(self, prototype, kind):
        def release(struct):
            self.released[kind] += 1
            struct.contents.release = prototype()

        return self.keep(prototype(release))

    def schema(self, format="+s", name="", children=(), top=True, alive=True, **more):
        made = self.keep(Schema())
        made.format = None if format is None else format.encode()
        made.name = None if name is None else name.encode()
        made.metadata = more.get("metadata")
        made.flags = 2
        made.n_children = more.get("n_children", len(children))
        if children:
            made.children = self.keep(
                (POINTER(Schema) * len(children))(*map(ctypes.pointer, children))
            )
        if "dictionary" in more:
            made.dictionary = ctypes.pointer(more["dictionary"])
        if alive:
            made.release = self._release(ReleaseSchema, "schema" if top else "part")
        return made

    def array(self, length, buffers=(), children=(), top=True, alive=True, **more):
        """`buffers` are bytes, or None for NULL."""
        made = self.keep(Array())
        made.length = length
        made.null_count = more.get("null_count", -1)
        made.offset = more.get("offset", 0)
        made.n_buffers = more.get("n_buffers", len(buffers))
        made.n_children = more.get("n_children", len(children))
        if buffers:
            places = [
                None if b is None else ctypes.addressof(self.keep(_buffer(b)))
                for b in buffers
            ]
            made.buffers = self.keep((c_void_p * len(places))(*places))
        if children:
            made.children = self.keep(
                (POINTER(Array) * len(children))(*map(ctypes.pointer, children))
            )
        if "dictionary" in more:
            made.dictionary = ctypes.pointer(more["dictionary"])
        if alive:
            made.release = self._release(ReleaseArray, "array" if top else "part")
        return made

    def table(self, *columns, length=None, alive=True, **more):
        """A top struct over columns of one array each."""
        length = columns[0].length if length is None else length
        return self.array(length, [None], columns, alive=alive, **more)

    def stream(self, schema, arrays, schema_error=None, error=None, capsule=None):
        """An object with `__arrow_c_stream__`; errors are (code, message)."""
        rest = iter(arrays)
        failure = [None]

        def get_schema(_, out):
            if schema_error is not None:
                failure[0] = schema_error[1]
                return schema_error[0]
            ctypes.memmove(out, byref(schema), ctypes.sizeof(Schema))
            return 0

        def get_next(_, out):
            for array in rest:
                ctypes.memmove(out, byref(array), ctypes.sizeof(Array))
                return 0
            if error is not None:
                failure[0] = error[1]
                return error[0]
            ctypes.memset(out, 0, ctypes.sizeof(Array))
            return 0

        def get_last_error(_):
            if failure[0] is None:
                return None
            return ctypes.addressof(
                self.keep(ctypes.create_string_buffer(failure[0].encode()))
            )

        made = self.keep(Stream())
        made.get_schema = self.keep(GetSchema(get_schema))
        made.get_next = self.keep(GetNext(get_next))
        made.get_last_error = self.keep(GetLastError(get_last_error))
        made.release = self._release(ReleaseStream, "stream")
        return _Source(stream=self.capsule(made, capsule or b"arrow_array_stream"))

    def pair(self, schema, array, names=(b"arrow_schema", b"arrow_array")):
        """An object with `__arrow_c_array__`."""
        return _Source(
            array=(self.capsule(schema, names[0]), self.capsule(array, names[1]))
        )

    def capsule(self, struct, name):
        self.keep(name)
        return _new_capsule(ctypes.addressof(struct), name, None)


def _buffer(content):
    """Copy bytes to a separate block, so that AddressSanitizer finds reads outside."""
    made = (ctypes.c_char * max(len(content), 1))()
    ctypes.memmove(made, content, len(content))
    return made


class _Source:
    def __init__(self, stream=None, array=None):
        if stream is not None:
            self.__arrow_c_stream__ = lambda: stream
        if array is not None:
            self.__arrow_c_array__ = lambda: array


def metadata(**pairs):
    """Encode the metadata of a schema; `__` in a key becomes `:`."""
    made = len(pairs).to_bytes(4, "little")
    for key, value in pairs.items():
        for text in (key.replace("__", ":"), value):
            made += len(text.encode()).to_bytes(4, "little") + text.encode()
    return made
