# How an attack that knows the grader's source forges frames of its protocol.
# %%
import json
import os
import struct
import sys

CELL_DONE, PARAMETERS_ARE, RETURNED, RAISED = 65, 66, 67, 68


def serving():
    frame = sys._getframe()
    while frame.f_code.co_name != "serve":
        frame = frame.f_back
    return frame


def request_id():
    return serving().f_locals["request"].request_id


def frame(kind, text=b"", payload=b"", name=None):
    name = request_id() if name is None else name
    return struct.pack("!4sB16sIQ", b"STP1", kind, name, len(text), len(payload)) + text + payload


def tensors(header, data=b""):
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def write_everywhere(data):
    for fd in range(3, 64):
        try:
            os.write(fd, data)
        except OSError:
            pass
