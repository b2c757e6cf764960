"""forecast: predict everybody's purchases, and say which model was taken and why."""

from __future__ import annotations

import click
import orjson

from crmsync.cli import screen


@click.command()
@click.option("--show", is_flag=True, help="Predict nothing; say what the predictions rest on.")
@click.option("--as-of", default="", type=screen.DAY, help="The day (default: today).")
@screen.json_option
@click.pass_context
def forecast(ctx: click.Context, show: bool, as_of: str, as_json: bool) -> int:
    """Predict every customer's purchases of the next 90 and 365 days, and keep them in the store.

    Models are fitted, judged by what came later, and one is chosen for each controller and
    currency. `crmsync habits CUSTOMER` shows what is expected of a customer. Run it after a sync,
    once a night or a week. Needs the extra `predict`.
    """
    from crmsync.engine import forecasting
    from crmsync.store import forecasts

    with screen.project(ctx) as project:
        if not show:
            forecasting.forecast(project, as_of or screen.today(project))
        with project.store.read() as work:
            told = {
                name: {
                    currency: orjson.loads(doc)
                    for currency, doc in sorted(forecasts.model_docs(work, name).items())
                }
                for name in sorted(project.settings.controllers)
            }
    if as_json:
        screen.show_json(told)
        return 0
    for name, models in told.items():
        for currency, basis in models.items():
            click.echo(f"{name}, {currency}: " + "\n  ".join(basis["said"]))
    if not any(told.values()):
        click.echo("nothing has been predicted yet.")
    return 0
