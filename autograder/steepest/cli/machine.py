"""``steepest doctor``."""

from __future__ import annotations

import platform

import click
from rich.table import Table

from steepest.cli import console
from steepest.grade_class import confining_walls
from steepest.sandbox.client import Zygote
from steepest.sandbox.doctor import Probe, self_test
from steepest.sandbox.limits import Wall, standing_walls


@click.command()
def doctor() -> None:
    """Show which walls stand on this machine, by attacking them from inside a real worker.

    Exit code 0 means that every attack was stopped, 1 that one came through, 2 that no submission can be confined.
    """
    console.print(f"Python {platform.python_version()} on {platform.system()} {platform.release()}", markup=False)
    console.print(_walls(standing_walls()))
    walls = confining_walls()
    probes: list[Probe] = []
    with Zygote() as zygote, console.status("attacking ...") as status:
        for probe in self_test(zygote, walls):
            probes.append(probe)
            status.update(f"{len(probes)} attacks made, last: {probe.name}")
    console.print(_attacks(probes))
    broken = [probe.name for probe in probes if not probe.held]
    console.print(f"came through: {', '.join(broken)}" if broken else f"all {len(probes)} attacks were stopped")
    raise SystemExit(1 if broken else 0)


def _walls(standing: tuple[Wall, ...]) -> Table:
    table = Table(title="Walls", title_justify="left")
    for column in ("wall", "stands", "what it does to a submission"):
        table.add_column(column)
    for wall in Wall:
        table.add_row(wall.value, "yes" if wall in standing else "[yellow]no[/]", wall.sentence)
    return table


def _attacks(probes: list[Probe]) -> Table:
    table = Table(title="Attacks from inside a worker", title_justify="left")
    for column in ("attack", "stopped", "what it met"):
        table.add_column(column)
    for probe in probes:
        table.add_row(probe.name, "yes" if probe.held else "[red]NO[/]", probe.met.replace("[", "\\["))
    return table
