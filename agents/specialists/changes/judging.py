"""How well each suspect's content accounts for what is seen."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import log

from agents.specialists.changes.edits import Edit
from agents.specialists.changes.mechanism import Mechanism
from agents.specialists.changes.mechanisms import MECHANISMS, NAMED_FLAG, UNKNOWN
from agents.specialists.changes.suspects import Suspect
from agents.specialists.changes.symptoms import Symptom
from agents.specialists.changes.text import are_kin, words

_SLACK = timedelta(seconds=90)
"""Clocks differ and telemetry is sampled."""
_BEST_FIT = 3.0
_SECOND_SHARE = 0.25
_WITHOUT_COMMON_WORDS = 0.45
_RODE_ALONG = 0.75
_OFF_PATH = 0.5
_ON_PATH = 1.1
_FULL_OVERLAP = 5.0
_SAYS_ITS_NAME = 0.8
_VALUE_TELLS = 2.5
_NAME = re.compile(r"[\"'`]([\w./:-]+)[\"'`]")
_COMPOUND = re.compile(r"(?<![\w./-])\w{3,}(?:[-_./]\w{3,})+(?![\w./-])")
_LONG_ENOUGH = 5
_VALUE = re.compile(r"(?<![\w.])\d{3,}(?![\w.])")
_FEW_SUSPECTS = 12
"""With fewer changes than this, how often a word occurs among them tells little."""


@dataclass(frozen=True)
class Fit:
    """One edit that brings one symptom about by a known mechanism."""

    mechanism: Mechanism
    edit: Edit
    symptoms: tuple[Symptom, ...]
    common: tuple[str, ...]
    """Words that the edit shares with the symptoms, the rarest first."""
    score: float


@dataclass(frozen=True)
class Judged:
    """A suspect with what speaks for it."""

    suspect: Suspect
    fits: tuple[Fit, ...]
    """The best first."""
    score: float

    @property
    def best(self) -> Fit:
        """The fit that speaks most for it."""
        return self.fits[0]


@dataclass(frozen=True)
class Scene:
    """What the suspects are judged against."""

    symptoms: tuple[Symptom, ...]
    calls: frozenset[tuple[str, str]]
    """Who calls whom, where that is known."""

    @property
    def hit(self) -> frozenset[str]:
        """The names of everything that shows a symptom."""
        return frozenset(one.entity.name for one in self.symptoms if one.entity)


def judge(suspects: Sequence[Suspect], scene: Scene) -> tuple[Judged, ...]:
    """Return the suspects whose content can bring the symptoms about, the likeliest first."""
    rarity = _rarity(suspects)
    shown = _shown_mechanisms(scene.symptoms)
    judged: list[Judged] = []
    for suspect in suspects:
        fitting = (*_fits(suspect, shown, rarity), *_named(suspect, scene.symptoms))
        fits = sorted(fitting, key=lambda fit: -fit.score)
        if fits:
            further = sum(fit.score for fit in fits[1:3] if fit.edit != fits[0].edit)
            score = (fits[0].score + _SECOND_SHARE * further) * _placed(suspect, scene)
            judged.append(Judged(suspect, tuple(fits), score))
    return tuple(sorted(judged, key=lambda one: (-one.score, one.suspect.change.ref)))


def _rarity(suspects: Iterable[Suspect]) -> dict[str, float]:
    """Return how telling each word is: one that every change uses tells nothing."""
    several = list(suspects)
    counted = Counter(token for one in several for token in one.tokens)
    many = max(len(several), _FEW_SUSPECTS) + 1
    return {word: log(many / count) for word, count in counted.items()}


def _shown_mechanisms(
    symptoms: Iterable[Symptom],
) -> list[tuple[Mechanism, tuple[Symptom, ...], float]]:
    """Return the mechanisms that the symptoms speak of, with how clearly."""
    every = tuple(symptoms)
    found: list[tuple[Mechanism, tuple[Symptom, ...], float]] = []
    for mechanism in MECHANISMS:
        showing = tuple(one for one in every if _shows(mechanism, one))
        if showing:
            clearly = max(one.weight for one in showing)
            found.append((mechanism, showing, clearly))
    strongest = max((clearly for _, _, clearly in found), default=1.0)
    return [(mechanism, showing, clearly / strongest) for mechanism, showing, clearly in found]


def _shows(mechanism: Mechanism, symptom: Symptom) -> bool:
    if not mechanism.shows.search(symptom.text):
        return False
    return mechanism.excludes is None or not mechanism.excludes.search(symptom.text)


def _fits(
    suspect: Suspect,
    shown: Iterable[tuple[Mechanism, tuple[Symptom, ...], float]],
    rarity: dict[str, float],
) -> Iterable[Fit]:
    for mechanism, symptoms, clearly in shown:
        if suspect.live_at > min(one.onset for one in symptoms) + _SLACK:
            continue
        spoken = frozenset(word for one in symptoms for word in words(one.text))
        for edit in suspect.edits:
            strength = min(_BEST_FIT, mechanism.strength(edit.kind) * edit.emphasis)
            if strength <= 0:
                continue
            said = edit.tokens | words(edit.path) | words(suspect.mask(suspect.change.summary))
            shared = {word for word in said if any(are_kin(word, one) for one in spoken)}
            common = sorted(shared, key=lambda word: (-rarity.get(word, 0.0), word))
            told = sum(rarity.get(word, 0.0) for word in common)
            share = _share(edit, told + _VALUE_TELLS * _names_a_value(edit, symptoms))
            score = strength / _BEST_FIT * clearly * share
            yield Fit(mechanism, edit, symptoms, tuple(common[:6]), score)


def _named(suspect: Suspect, symptoms: Iterable[Symptom]) -> Iterable[Fit]:
    """Hold a flag against the failures that name it: a flag has no content to read."""
    change = suspect.change
    if change.kind != "flag" or not change.ref:
        return
    whole = re.compile(rf"(?<!\w){re.escape(change.ref)}(?!\w)", re.IGNORECASE)
    naming = tuple(one for one in symptoms if one.kind != "metric" and whole.search(one.quote))
    if naming and suspect.live_at <= min(one.onset for one in naming) + _SLACK:
        edit = Edit("switched:flag", change.summary, "", words(change.ref))
        yield Fit(NAMED_FLAG, edit, naming, (change.ref,), _SAYS_ITS_NAME)


def _names_a_value(edit: Edit, symptoms: Iterable[Symptom]) -> bool:
    """Tell whether a symptom quotes a figure or name, such as a port, that the edit touches."""
    values = set(_VALUE.findall(edit.quote))
    names = {name for name in _NAME.findall(edit.quote) if len(name) >= _LONG_ENOUGH}
    names |= set(_COMPOUND.findall(edit.quote))
    return any(
        values & set(_VALUE.findall(one.quote)) or any(name in one.quote for name in names)
        for one in symptoms
    )


def _share(edit: Edit, told: float) -> float:
    """Return how much of an edit's strength counts, by the words it shares with the symptom.

    Where all that an edit says lies in a name, it must be the name that the symptom speaks of.
    """
    lies_in_its_name = edit.kind.startswith(("bumped:", "renamed:", "changed:setting"))
    least, enough = (0.2, 3.0) if lies_in_its_name else (_WITHOUT_COMMON_WORDS, _FULL_OVERLAP)
    return least + (1 - least) * min(1.0, told / enough)


def _placed(suspect: Suspect, scene: Scene) -> float:
    """Weigh where the change went live: on what fails or what that calls, or elsewhere."""
    weight = _RODE_ALONG if suspect.rode_along else 1.0
    carriers = {one.name for one in suspect.carriers}
    if carriers & scene.hit:
        return weight * _ON_PATH
    known = {name for call in scene.calls for name in call}
    neighbours = {name for call in scene.calls if set(call) & scene.hit for name in call}
    if carriers & known and not carriers & neighbours:
        return weight * _OFF_PATH
    return weight


_STRONG = ("removed:", "lowered:", "raised:", "changed:", "renamed:")
_WEAK = 0.35
_ENOUGH_TOLD = 3.2


def remaining(suspects: Sequence[Suspect], scene: Scene) -> tuple[Judged, ...]:
    """Return the suspects that speak of the symptom, though no known mechanism connects them.

    For when everything else has been looked at: the words that a change shares with the symptom,
    weighed by whether the change does anything at all, and by where it went live.
    """
    rarity = _rarity(suspects)
    told_of = tuple(one for one in scene.symptoms if one.kind != "span")
    spoken = frozenset(word for one in told_of for word in words(one.text))
    judged: list[Judged] = []
    for suspect in suspects:
        edits = sorted(suspect.edits, key=_behaviour, reverse=True)
        late = suspect.live_at > min((one.onset for one in told_of), default=suspect.live_at)
        if not edits or late or suspect.rode_along:
            continue
        common = {word for word in suspect.tokens if any(are_kin(word, one) for one in spoken)}
        told = sum(rarity.get(word, 0.0) for word in common)
        if told >= _ENOUGH_TOLD:
            score = told * _behaviour(edits[0]) * _placed(suspect, scene)
            fit = Fit(UNKNOWN, edits[0], told_of, tuple(sorted(common))[:6], score)
            judged.append(Judged(suspect, (fit,), score))
    return tuple(sorted(judged, key=lambda one: (-one.score, one.suspect.change.ref)))


def _behaviour(edit: Edit) -> float:
    """Weigh whether an edit takes away or sets otherwise, or only writes the same differently."""
    if edit.kind.startswith(_STRONG):
        return 1.0
    return _WEAK
