"""protobuf: its C implementation, a message type made at run time, and JSON."""

from __future__ import annotations

import google.protobuf
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory, struct_pb2
from google.protobuf.internal import api_implementation


def main() -> None:
    """Makes a type, serializes a message and reads it again."""
    assert api_implementation.Type() == "upb"
    file = descriptor_pb2.FileDescriptorProto(name="t.proto", package="t", syntax="proto3")
    message = file.message_type.add(name="Point")
    for number, name in enumerate(("x", "y"), 1):
        message.field.add(name=name, number=number, type=3, label=1)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file) if hasattr(pool, "Add") else pool.AddSerializedFile(file.SerializeToString())
    point = message_factory.GetMessageClass(pool.FindMessageTypeByName("t.Point"))
    assert point.FromString(point(x=3, y=-4).SerializeToString()).y == -4
    struct = json_format.Parse('{"a": [1, null]}', struct_pb2.Struct())
    assert json_format.MessageToDict(struct) == {"a": [1.0, None]}
    print("protobuf", google.protobuf.__version__, "works")


if __name__ == "__main__":
    main()
