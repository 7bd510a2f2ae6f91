# Reads pairs of versions divided by a tab; prints <, =, > or ! (refused) each.
# packaging before 22 (in pip before 24.1) also orders legacy versions.
import sys
import warnings

warnings.simplefilter("ignore")
try:
    from packaging.version import InvalidVersion, parse
except ImportError:
    from pip._vendor.packaging.version import InvalidVersion, parse

for line in sys.stdin:
    try:
        a, b = map(parse, line.rstrip("\n").split("\t"))
        print("<" if a < b else ">" if a > b else "=")
    except InvalidVersion:
        print("!")
