"""What predictions rest on, in words: the gate, the window, and how every model did."""

from __future__ import annotations

from crmsync.profile.forecast.choice import Choice, Score
from crmsync.profile.forecast.outcome import Basis


def show(basis: Basis) -> list[str]:
    """Lines for a person: the model and why it was taken, or why there is none yet."""
    window = f"{basis.trained_from} to {basis.trained_to}"
    lines = [f"{basis.customers} customers, {window}, version {basis.version}."]
    lines += ["No prediction yet, a plain rate stands in:" if basis.gate.reasons else "Predicted."]
    lines += [f"  {reason}" for reason in basis.gate.reasons]
    lines += [f"Orders by {_model(basis)}, money by {basis.spend.name}."]
    return lines + _scores(basis.choice)


def _model(basis: Basis) -> str:
    told = ", ".join(f"{name} {value:.4g}" for name, value in basis.model.parameters.items())
    return f"{basis.model.name} ({told})"


def _scores(choice: Choice) -> list[str]:
    if not choice.scores:
        return ["Too little to judge the models by."]
    days = ", ".join(str(split.days) for split in choice.splits)
    return [
        f"Judged by the last {days} days, best first:",
        *(f"  {_score(score)}" for score in choice.scores),
    ]


def _score(score: Score) -> str:
    if not score.converged:
        return f"{score.model}: could not be fitted"
    return (
        f"{score.model}: off by {score.mae:.3f} on average, {score.rmse:.3f} root mean square, "
        f"order right {score.auc:.1%}, total {score.bias:+.1%}, standing {score.standing:.4f}"
    )
