"""What the view shows to be wrong, in the words that changes are held against."""

from agents.domain.base import EntityRef
from agents.specialists.changes.symptoms import (
    Symptom,
    log_symptoms,
    metric_symptoms,
    span_symptoms,
)
from agents.specialists.changes.text import Masking
from agents.specialists.network.view import NetworkView

_ALERT_WEIGHT = 0.9


def masking(view: NetworkView) -> Masking:
    """Return what hides the name of everything that is known here."""
    services = {service.name for service in view.topology.services}
    writers = {line.entity.name for line in view.complaints if line.entity}
    changed = {change.entity.name for change in view.long_changes}
    measured = {one.entity.name for one in view.moved_series if one.entity}
    spoken = {span.service for span in view.spans}
    return Masking(view.names | services | writers | changed | measured | spoken)


def symptoms_of(view: NetworkView) -> tuple[Symptom, ...]:
    """Return everything that began to show, the alert included."""
    return view.once("symptoms", lambda: _found(view))


def _found(view: NetworkView) -> tuple[Symptom, ...]:
    mask = masking(view)
    seen = [
        *log_symptoms(view.complaints, mask, view.told),
        *metric_symptoms(view.moved_series, mask),
    ]
    onset = min((one.onset for one in seen), default=view.alert.started_at)
    seen += span_symptoms(view.spans, mask, onset)
    alert = view.alert
    service = EntityRef(kind="service", name=alert.service) if alert.service else None
    said = Symptom(
        kind="alert",
        entity=service,
        text=mask(f"{alert.title} {alert.text}"),
        quote=alert.title,
        onset=min(onset, alert.started_at),
        weight=_ALERT_WEIGHT,
    )
    return (*seen, said)
