"""The models of lifetimes 0.11.3, run by a Python that has it: columns in by JSON, numbers out.

Standard input: x, t_x, T (weeks) and h. Output: name, CPU seconds, expected purchases, error.
"""

import json
import sys
import time

import numpy as np
from lifetimes import BetaGeoFitter, ModifiedBetaGeoFitter, ParetoNBDFitter

told, answer = json.load(sys.stdin), sys.stdout
sys.stdout = sys.stderr  # where a fit fails, lifetimes prints
x, t_x, age = (np.array(told[name]) for name in ("x", "t_x", "T"))
results = []
for name, kind in (
    ("BG/NBD", BetaGeoFitter), ("MBG/NBD", ModifiedBetaGeoFitter), ("Pareto/NBD", ParetoNBDFitter),
):  # fmt: skip
    fitter, begun = kind(penalizer_coef=0.0), time.process_time()
    try:
        fitter.fit(x, t_x, age)
        seconds = time.process_time() - begun
        ahead = fitter.conditional_expected_number_of_purchases_up_to_time(told["h"], x, t_x, age)
        results.append((name, seconds, np.asarray(ahead, dtype=float).tolist(), ""))
    except Exception as failed:  # noqa: BLE001 - a peer's failure is a result
        results.append((name, 0.0, [], type(failed).__name__))
print(json.dumps(results), file=answer)
