"""The report as files: a page with plots for managers, a table of deals, and everything as JSON.

Files are replaced whole and readable by their owner alone: they name customers. Everything shown is
escaped; labels in plots are text, never markup. Plots and templates are loaded when needed, because
they take longer to load than a small sweep.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from pathlib import Path

import orjson

from app.domain.night import Night, Share

from .report import Report

OWNER_ONLY = 0o600
MAX_BARS = 15
PAGE, TABLE, DATA = "report.html", "deals.csv", "report.json"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
COLUMNS = (
    "deal_id",
    "name",
    "owner",
    "stage",
    "earned_stage",
    "amount",
    "currency",
    "days_blocked",
    "blockers",
    "link",
)


def write_files(folder: Path, night: Night, report: Report, titles: dict[str, str]) -> None:
    """Write all three. Raises OSError when the folder cannot be written to."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / PAGE, page(night, report, titles).encode())
    _write(folder / TABLE, table(night).encode())
    _write(folder / DATA, data(night, report))


def data(night: Night, report: Report) -> bytes:
    """Everything, as JSON; amounts as text, so that no digit is lost."""
    option = orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS
    return orjson.dumps({"report": report, "night": night}, default=str, option=option)


def table(night: Night) -> str:
    """The blocked deals as CSV that a spreadsheet may open: no cell is a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for line in night.blocked:
        row = (
            line.deal_id,
            line.name,
            line.owner,
            line.stage,
            line.earned or "",
            "" if line.amount is None else str(line.amount),
            line.currency,
            str(line.days),
            ";".join(line.blockers),
            line.link,
        )
        writer.writerow(map(_harmless, row))
    return text.getvalue()


def page(night: Night, report: Report, titles: dict[str, str]) -> str:
    """The page for managers, in one file without anything from elsewhere."""
    import jinja2  # noqa: PLC0415 - see the module

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("sync"), autoescape=True, undefined=jinja2.StrictUndefined
    )
    return environment.get_template(PAGE).render(
        night=night,
        report=report,
        titles=titles,
        plots=[
            ("What blocks", bars(night.by_criterion, titles)),
            ("Blocked deals by stage", bars(night.by_stage, {})),
            ("Deals by standing", bars(night.standings, {})),
        ],
    )


def bars(shares: Sequence[Share], titles: dict[str, str]) -> str:
    """Horizontal bars as SVG; empty when there is nothing to show."""
    if not shares:
        return ""
    from matplotlib.figure import Figure  # noqa: PLC0415 - see the module
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415 - see the module

    shown = list(reversed(shares[:MAX_BARS]))
    figure = Figure(figsize=(7, 0.6 + 0.32 * len(shown)), layout="constrained")
    axes = figure.add_subplot()
    drawn = axes.barh(range(len(shown)), [share.deals for share in shown], color="#2f6f9f")
    axes.bar_label(drawn, padding=3)
    axes.set_yticks(
        range(len(shown)),
        [titles.get(share.name, share.name) for share in shown],
        parse_math=False,
    )
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.spines[["top", "right"]].set_visible(False)
    axes.margins(x=0.1)
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None})
    return text.getvalue()[text.getvalue().index("<svg") :]


def _harmless(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA) else value


def _write(path: Path, content: bytes) -> None:
    """Replace a file whole: a reader sees the old one or the new one."""
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "wb") as file:
        file.write(content)
    draft.replace(path)
