"""Are there known vulnerabilities in what requirements.txt pins? Ends with 1 when there are.

Asks the vulnerability service of the package index through pip-audit. Where that service cannot be
reached, nothing is known, and that is what is said; it is no reason to hold a change back.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
TIMEOUT_SECONDS = 180


def main() -> int:
    """Run the audit and say what came of it in lines for people."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(ROOT / "requirements.txt")]
    command += ["--disable-pip", "--require-hashes", "--progress-spinner=off", "--format=json"]
    try:
        done = subprocess.run(  # noqa: S603 - a tool of ours with fixed arguments
            command, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False
        )
        found = json.loads(done.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, json.JSONDecodeError, KeyError):
        return _say("audit: not done, the vulnerability service cannot be reached from here")
    skipped = [each["name"] for each in found if "skip_reason" in each]
    vulnerable = [each for each in found if each.get("vulns")]
    for each in vulnerable:
        for known in each["vulns"]:
            fixed = ", ".join(known["fix_versions"]) or "no version yet"
            _say(f"audit: {each['name']} {each['version']}: {known['id']}, mended in {fixed}")
    if vulnerable:
        return 1
    if len(skipped) == len(found):
        return _say("audit: not done, the vulnerability service knows none of the packages here")
    return _say(f"audit: {len(found) - len(skipped)} packages, nothing known against them")


def _say(line: str) -> int:
    sys.stdout.write(line + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
