"""The Dockerfile's instructions, without comments and with continued lines joined."""

import json
import re
import shlex

from tests.unit.deploy.paths import DOCKERFILE

Instruction = list[str]


def instructions() -> list[Instruction]:
    """Each as the keyword and its words; of an exec form, the words of the JSON array."""
    text = DOCKERFILE.read_text(encoding="utf-8")
    text = re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ")
    return [_instruction(line) for line in text.splitlines() if line.strip()]


def final_stage() -> list[Instruction]:
    """From the last FROM on: what the image is."""
    every = instructions()
    last = max(place for place, words in enumerate(every) if words[0] == "FROM")
    return every[last:]


def image_environment() -> dict[str, str]:
    """The variables of ours that the image sets."""
    pairs = (word.partition("=") for words in final_stage() if words[0] == "ENV" for word in words)
    return {name: value for name, _, value in pairs if name.startswith("USER_SYNC_")}


def _instruction(line: str) -> Instruction:
    keyword, rest = line.strip().split(None, 1)
    flags, array = re.match(r"(.*?)(\[.*\])?\s*$", rest).groups("")  # type: ignore[union-attr]
    return [keyword, *shlex.split(flags), *(json.loads(array) if array else [])]
