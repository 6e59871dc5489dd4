"""Write what is generated and committed, or check that it is in step.

That is config/schema.json, from the pydantic models, and the table of modules in
docs/extending.md, from the docstrings.
"""

import ast
import json
import logging
import sys
from pathlib import Path

from chrysalis import cli
from chrysalis.config.schema import json_schema

SCHEMA = Path("config/schema.json")
GUIDE = Path("docs/extending.md")
START, END = "<!-- modules: generated -->\n", "<!-- end of modules -->\n"


def schema() -> str:
    """The JSON schema of the files in config/."""
    return json.dumps(json_schema(), indent=1) + "\n"


def guide() -> str:
    """The guide, with its table of modules renewed: lines, and the docstring's first sentence."""
    before, _, rest = GUIDE.read_text().partition(START)
    _, _, after = rest.partition(END)
    rows = ["| module | lines | what it is for |", "| --- | ---: | --- |"]
    for path in sorted(Path("src/chrysalis").rglob("*.py")):
        text = path.read_text()
        purpose = (ast.get_docstring(ast.parse(text)) or "").split("\n\n")[0].replace("\n", " ")
        if path.name != "__init__.py":
            name = path.relative_to("src/chrysalis")
            rows.append(f"| `{name}` | {text.count(chr(10))} | {purpose.replace('|', ' ')} |")
    return before + START + "\n".join(rows) + "\n" + END + after


def main(args) -> None:
    """Write the files; with --check only compare, and exit 1 if one differs."""
    stale = []
    for path, text in ((SCHEMA, schema()), (GUIDE, guide())):
        if not args.check:
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            stale.append(str(path))
    if stale:
        logging.error("out of step with the code: %s; run `make format`", ", ".join(stale))
        sys.exit(1)


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing")
    cli.run(main, parser)
