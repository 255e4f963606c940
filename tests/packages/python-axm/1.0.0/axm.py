#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# As shell-axm, in python: reads the settings document and prints its messages as lines of JSON.
import json
import os
import time


def send(kind, data):
    print(json.dumps({"type": kind, "data": data}), flush=True)


settings = json.loads(os.environ.get("python-axm", "{}"))
print("python-axm starts", flush=True)
send("axm:option:configuration", {"module_name": "python-axm", **settings, "unicode": "\u00e9\u4e2d\U0001f600"})
send("axm:action", {"action_name": "squeeze", "opts": None, "arity": 0})
beats = 0
while True:
    beats += 1
    send("axm:monitor", {"beats": {"value": beats, "unit": "beats"}})
    time.sleep(1)
