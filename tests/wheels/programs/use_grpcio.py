"""gRPC: a server and a client in one process, over TCP and with a message of protobuf."""

from __future__ import annotations

from concurrent import futures

import grpc
from google.protobuf import wrappers_pb2


def double(request: wrappers_pb2.Int64Value, _: grpc.ServicerContext) -> wrappers_pb2.Int64Value:
    """The service."""
    return wrappers_pb2.Int64Value(value=2 * request.value)


def main() -> None:
    """Starts the server, calls it, and calls it with TLS's default roots for good measure."""
    server = grpc.server(futures.ThreadPoolExecutor(2))
    kind = wrappers_pb2.Int64Value
    method = grpc.unary_unary_rpc_method_handler(double, kind.FromString, kind.SerializeToString)
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("test.Math", {"Double": method}),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with grpc.insecure_channel("127.0.0.1:%d" % port) as channel:
        call = channel.unary_unary("/test.Math/Double", kind.SerializeToString, kind.FromString)
        assert call(kind(value=21), timeout=20).value == 42
    with grpc.secure_channel("127.0.0.1:%d" % port, grpc.ssl_channel_credentials()) as channel:
        call = channel.unary_unary("/test.Math/Double", kind.SerializeToString, kind.FromString)
        try:
            call(kind(value=1), timeout=5)
        except grpc.RpcError as error:
            assert error.code() == grpc.StatusCode.UNAVAILABLE, error
        else:
            raise AssertionError("a server without TLS answered a client with it")
    server.stop(None).wait()
    print("grpcio", grpc.__version__, "works")


if __name__ == "__main__":
    main()
