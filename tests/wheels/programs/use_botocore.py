"""botocore: service models read as data files, a signed request, a stubbed answer."""

from __future__ import annotations

import os

import botocore
import botocore.session
from botocore.stub import Stubber


def main() -> None:
    """Asks for clients and paginators, and signs an address."""
    os.environ.update(AWS_ACCESS_KEY_ID="a", AWS_SECRET_ACCESS_KEY="b", AWS_DEFAULT_REGION="eu-north-1")
    session = botocore.session.get_session()
    assert len(session.get_available_services()) > 300
    client = session.create_client("s3")
    address = client.generate_presigned_url("get_object", Params={"Bucket": "bucket", "Key": "key"})
    assert "bucket" in address and "Signature=" in address
    with Stubber(client) as stub:
        stub.add_response("list_buckets", {"Buckets": [{"Name": "x"}]})
        assert client.list_buckets()["Buckets"][0]["Name"] == "x"
    assert session.create_client("ec2").can_paginate("describe_instances")
    assert session.get_available_regions("s3")
    print("botocore", botocore.__version__, "works")


if __name__ == "__main__":
    main()
