"""Runs a command and prints [seconds, most memory in KB, exit code] as JSON.

A process of its own, and a small one: the most memory of a child counts the memory of whoever
started it, so a test runner must not be that.
"""

import json
import os
import subprocess
import sys
import time

start = time.perf_counter()
child = subprocess.Popen(sys.argv[1:], stderr=subprocess.DEVNULL)
if hasattr(os, "wait4"):
    _, status, usage = os.wait4(child.pid, 0)
    code, memory = os.waitstatus_to_exitcode(status), usage.ru_maxrss
    child.returncode = code
else:
    # Windows does not tell.
    code, memory = child.wait(), 0
print(json.dumps([time.perf_counter() - start, memory, code]))
