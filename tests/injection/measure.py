"""False matches by kind of attack and judge.

python -m tests.injection.measure [--every N] [--first-sight] [--show]
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict

from tests.injection.obedient import JUDGES, matched_by
from tests.injection.suite import attacks


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--every", type=int, default=1, help="one of so many attacks")
    parser.add_argument("--first-sight", action="store_true", help="the attacks kept apart")
    parser.add_argument("--show", action="store_true", help="name each attack that works")
    asked = parser.parse_args()
    if asked.first_sight:
        from tests.injection.first_sight import attacks_kept_apart

        chosen = list(attacks_kept_apart())
    else:
        chosen = list(attacks(asked.every))
    total: Counter[str] = Counter()
    false: dict[str, Counter[str]] = defaultdict(Counter)
    for attack in chosen:
        total[attack.kind] += 1
        page = attack.page()
        for judge in JUDGES:
            if matched_by(judge, attack, page):
                false[judge][attack.kind] += 1
                if asked.show:
                    print(judge, "|", attack.name, "|", attack.order)
    print("| attack | pages |", " | ".join(JUDGES), "|")
    print("| --- |", " | ".join("---:" for _ in range(len(JUDGES) + 1)), "|")
    for kind, pages in total.items():
        print(f"| {kind} | {pages} |", " | ".join(str(false[j][kind]) for j in JUDGES), "|")
    whole = (str(sum(false[judge].values())) for judge in JUDGES)
    print(f"| all | {sum(total.values())} |", " | ".join(whole), "|")


if __name__ == "__main__":
    main()
