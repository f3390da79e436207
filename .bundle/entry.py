"""Where the standalone bundle begins: both its executables, the console's and the window's, run this."""

import multiprocessing
import os
import platform

# What is compiled on the machine that builds the bundle must run on any other, so it is compiled for the oldest
# processors that the bundled numpy runs on. numba reads these when it is imported.
PROCESSORS = {"x86_64": "x86-64-v2", "amd64": "x86-64-v2", "arm64": "apple-m1", "aarch64": "generic"}

if name := PROCESSORS.get(platform.machine().lower()):
    os.environ.setdefault("NUMBA_CPU_NAME", name)
    os.environ.setdefault("NUMBA_CPU_FEATURES", "")

if __name__ == "__main__":
    multiprocessing.freeze_support()  # a worker of `atoll robots` begins here too
    from trainer.app import main

    raise SystemExit(main())
