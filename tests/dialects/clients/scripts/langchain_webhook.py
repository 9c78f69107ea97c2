"""Verifies deliveries with LangChain's own verifier; prints a yes or no for each."""

from __future__ import annotations

import base64
import json
import os

from langchain_parallel import verify_webhook

print(
    json.dumps(
        [
            verify_webhook(
                base64.b64decode(delivery["body"]),
                webhook_id=delivery["headers"]["webhook-id"],
                webhook_timestamp=delivery["headers"]["webhook-timestamp"],
                webhook_signature=delivery["headers"]["webhook-signature"],
                secret=os.environ["SECRET"],
            )
            for delivery in json.loads(os.environ["DELIVERIES"])
        ]
    )
)
