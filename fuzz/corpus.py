# SPDX-License-Identifier: BSD-3-Clause
"""The corpus of fuzzing as one file: records of a line with the length, the bytes and a line end.

  corpus.py pack FOLDER FILE [MOST]    the smallest files of the folder, up to MOST bytes together
  corpus.py unpack FILE FOLDER
  corpus.py seed TESTS FOLDER          the files and constructs of tests/ode, and the shipped models, as a beginning
"""
import glob
import os
import re
import sys


def pack(folder, path, most=90000):
    files = sorted((os.path.getsize(f), f) for f in glob.glob(os.path.join(folder, "*")))
    used = 0
    with open(path, "wb") as out:
        for size, name in files:
            if used + size + 8 > int(most):
                break
            with open(name, "rb") as f:
                data = f.read()
            out.write(b"%d\n" % len(data) + data + b"\n")
            used += size + 8


def unpack(path, folder):
    os.makedirs(folder, exist_ok=True)
    with open(path, "rb") as f:
        data = f.read()
    at = n = 0
    while at < len(data):
        end = data.index(b"\n", at)
        size = int(data[at:end])
        with open(os.path.join(folder, "c%05d" % n), "wb") as out:
            out.write(data[end + 1:end + 1 + size])
        at, n = end + size + 2, n + 1


def seed(top, folder):
    os.makedirs(folder, exist_ok=True)
    texts = []
    for name in glob.glob(os.path.join(top, "tests/ode/*.ode")) + glob.glob(os.path.join(top, "models/**/*.ode"), recursive=True):
        with open(name, "rb") as f:
            texts.append(f.read())
    with open(os.path.join(top, "tests/ode/constructs.txt")) as f:
        for block in re.split(r"(?m)^=== .*\n", f.read())[1:]:
            texts.append(re.split(r"(?m)^---\n", block)[0].encode())
    for n, text in enumerate(texts):
        with open(os.path.join(folder, "s%05d" % n), "wb") as out:
            out.write(text)


{"pack": pack, "unpack": unpack, "seed": seed}[sys.argv[1]](*sys.argv[2:])
