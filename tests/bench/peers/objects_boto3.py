"""Puts or gets files of a folder with boto3: objects_boto3.py put|get FOLDER COUNT WIDTH. WIDTH of them at once."""
import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config

way, folder, count, width = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
client = boto3.client("s3", endpoint_url=f"http://{os.environ['AWS_S3_ENDPOINT']}", region_name="us-east-1",
                      aws_access_key_id=os.environ["AWS_S3_ACCESSKEY"],
                      aws_secret_access_key=os.environ["AWS_S3_SECRETKEY"],
                      config=Config(max_pool_connections=64, s3={"addressing_style": "path"}))
bucket = os.environ["AWS_S3_BUCKET"]
# Its usual ten threads for the parts of a large one; small ones have the outer threads, and none of their own.
transfer = TransferConfig(use_threads=count == 1)


def one(number):
    path = os.path.join(folder, str(number))
    if way == "put":
        client.upload_file(path, bucket, str(number), Config=transfer)
    else:
        client.download_file(bucket, str(number), path, Config=transfer)


begun = time.monotonic()
with ThreadPoolExecutor(width) as pool:
    list(pool.map(one, range(1, count + 1)))
print(json.dumps({"value": time.monotonic() - begun}))
