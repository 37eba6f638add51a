"""Documents cannot drift: every command, rule, key and public name stands in them."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from umweg.evidence import CAVEATS, EXPLANATIONS
from umweg.flows.policy import Policy

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"


def umweg(*words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "umweg", *words], capture_output=True, text=True, cwd=cwd
    )


def test_command_reference_is_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "build_cli_docs.py"), "--check"],
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("key", [*CAVEATS, *EXPLANATIONS])
def test_caveats_and_explanations_are_documented(key: str) -> None:
    assert f"`{key}`" in (DOCS / "methods.md").read_text("utf-8")


@pytest.mark.parametrize("key", [k for k in Policy.model_fields if k != "sha256"])
def test_policy_keys_are_documented(key: str) -> None:
    assert f"`{key}`" in (DOCS / "methods.md").read_text("utf-8")


def test_every_document_is_linked_from_the_readme() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    for page in DOCS.glob("*.md"):
        assert f"docs/{page.name}" in readme, page.name


def test_links_between_documents_hold() -> None:
    for page in [*ROOT.glob("*.md"), *DOCS.glob("*.md")]:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def _readme_commands() -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.S)
    lines = [line.partition("#")[0].strip() for b in blocks for line in b.splitlines()]
    return [x for x in lines if x.startswith("umweg ") and "my-store" not in x]


@pytest.mark.parametrize("line", _readme_commands())
def test_the_readmes_commands_run(line: str, tmp_path: Path) -> None:
    done = umweg(*shlex.split(line)[1:], cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_the_import_example_runs(tmp_path: Path) -> None:
    """Eight rows: six kept, a duplicate and a partner in words set aside."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    text = (ROOT / "examples" / "README.md").read_text("utf-8")
    block = re.search(r"```sh\n(.*?)```", text, re.S)
    assert block is not None
    shown = []
    for line in block[1].strip().splitlines():
        done = umweg(*shlex.split(line)[1:], cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        shown.append(done.stdout)
    assert "rows read 8 = kept 6 + set aside 2" in shown[1]
    assert "Kazakhstan" in shown[2]


def test_the_readmes_python_runs() -> None:
    block = re.search(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.S)
    assert block is not None
    done = subprocess.run([sys.executable, "-c", block[1]], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "Kyrgyzstan alert" in done.stdout


def test_dependencies_are_explained_and_locked() -> None:
    text = (DOCS / "dependencies.md").read_text("utf-8").lower()
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    block = re.search(r"^dependencies = \[(.*?)^\]", project, re.S | re.M)
    assert block is not None
    locked = (ROOT / "requirements.lock").read_text("utf-8").lower()
    for name in re.findall(r'"([A-Za-z0-9-]+)', block[1]):
        assert name.lower() in text, name
        assert re.search(rf"^{re.escape(name.lower())}==", locked, re.M), f"run `make lock`: {name}"


def test_nothing_of_one_machine_or_index_is_tracked() -> None:
    for path in [ROOT / "requirements.lock", ROOT / "pyproject.toml", ROOT / "Makefile"]:
        text = path.read_text("utf-8")
        assert "index-url" not in text.replace("--no-emit-index-url", "")
        assert "://" not in text or path.name != "requirements.lock"


def test_no_rule_knows_a_countrys_name() -> None:
    """Roles come from the regime's data. Only the defaults of the sample name a target."""
    names = re.compile(
        r"Kazakh|Kyrgyz|Armenia|Georgia|Uzbek|Belarus|Russia|\b(KAZ|KGZ|ARM|UZB|BLR)\b"
    )
    rooms = ("flows", "claims")
    for path in (p for r in rooms for p in (ROOT / "src" / "umweg" / r).glob("*.py")):
        code = re.sub(r'""".*?"""', "", path.read_text("utf-8"), flags=re.S)
        assert not names.search(code), path.name
