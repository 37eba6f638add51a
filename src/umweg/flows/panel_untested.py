"""What a panel of the detector could not use, and what would be needed."""

from __future__ import annotations

from umweg.evidence import NotTested
from umweg.flows.detector import Detection
from umweg.flows.panel_files import FilePanel


def panel_untested(held: FilePanel, found: Detection, rows: int) -> tuple[NotTested, ...]:
    """Rows not used, months not published, and what was taken in their place.

    Args:
        held: The panel and how it was made.
        found: What the detector says of it.
        rows: Rows read.
    """
    panel = held.panel
    said = [NotTested(f"{n:,} of {rows:,} rows", why, "") for why, n in held.aside.items()]
    if held.imputed:
        said.append(
            NotTested(
                "some months of " + ", ".join(held.imputed),
                "exporters of the coalition that missed months: filled with the mean of their "
                "nearest published months",
                "their exports in those months",
            )
        )
    if held.mirrored:
        said.append(
            NotTested(
                "exports of " + ", ".join(held.mirrored),
                "they publish no exports: the other side's imports were taken, brought to FOB",
                "their own exports",
            )
        )
    for flow, known in (("exports", panel.publishes_exports), ("imports", panel.publishes_imports)):
        for i, place in enumerate(panel.places):
            if panel.transit[i] and not known[i].all():
                n = int((~known[i]).sum())
                said.append(
                    NotTested(
                        f"{flow} of {place}",
                        f"{n} of {len(panel.months)} months are not published",
                        f"its {flow} in "
                        + ", ".join(
                            m for m, k in zip(panel.months, known[i], strict=True) if not k
                        ),
                    )
                )
    if not found.placebos:
        said.append(
            NotTested(
                "p and q",
                "fewer placebos than a p-value needs",
                "unrestricted goods of the transit countries, or restricted goods to neutral ones",
            )
        )
    return tuple(said)
