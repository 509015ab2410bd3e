"""The worker of newsroom.yaml: takes messages from the queue, and would send each as a mail."""

from __future__ import annotations

import os

import boto3

WAIT_SECONDS = 20


def work() -> None:
    """Until the task is stopped; a message that fails comes back, and is a dead letter after five tries."""
    queue = boto3.resource("sqs").Queue(os.environ["MAILS_URL"])
    while True:
        for message in queue.receive_messages(WaitTimeSeconds=WAIT_SECONDS):
            print(f"mail to {message.body}")
            message.delete()


if __name__ == "__main__":
    work()
