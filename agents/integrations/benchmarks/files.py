"""Writing the files of a capture."""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import JsonValue

_TIDY = ("timestamp", "entity", "metric", "statistic", "unit", "value")


@dataclass(frozen=True, slots=True)
class Files:
    """Puts files into one folder, in the formats of captures."""

    folder: Path

    def text(self, file: str, text: str) -> None:
        """Write a text."""
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def json(self, file: str, value: object) -> None:
        """Write a JSON document."""
        self.text(file, json.dumps(value, ensure_ascii=False) + "\n")

    def json_lines(self, file: str, values: Iterable[Mapping[str, JsonValue]]) -> None:
        """Write one JSON object to a line; no file where there is none."""
        lines = [json.dumps(value, ensure_ascii=False) for value in values]
        if lines:
            self.text(file, "\n".join(lines) + "\n")

    def yaml(self, file: str, value: object) -> None:
        """Write a YAML document."""
        self.text(file, yaml.safe_dump(value, sort_keys=False, allow_unicode=True))

    def csv(self, file: str, rows: Iterable[Sequence[str]]) -> None:
        """Write tidy metrics."""
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as opened:
            writer = csv.writer(opened)
            writer.writerow(_TIDY)
            writer.writerows(rows)
