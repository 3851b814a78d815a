"""Policy files: a mistake names file and line, and never replaces what runs."""

import shutil
from pathlib import Path

import pytest

from services.routing.policy import MODELS, check
from shared.policy_file import PolicyError, PolicySource, load_bundle
from tests.support.submissions import POLICY_DIR


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the shipped policy that a test may spoil."""
    return Path(shutil.copytree(POLICY_DIR, tmp_path / "policy"))


def spoil(folder: Path, name: str, old: str, new: str) -> None:
    """Replace a text in a policy file."""
    path = folder / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_the_shipped_policy_is_valid() -> None:
    assert load_bundle(POLICY_DIR, MODELS, [check]).version.startswith("p-")


def test_the_version_follows_the_content(folder: Path) -> None:
    before = load_bundle(folder, MODELS).version
    spoil(folder, "sites.yaml", "Lobaye", "Sangha-Mbaéré")
    assert load_bundle(folder, MODELS).version != before
    spoil(folder, "sites.yaml", "Sangha-Mbaéré", "Lobaye")
    assert load_bundle(folder, MODELS).version == before


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        ("taxonomy.yaml", "severity: S3", "severity: S9", r"taxonomy\.yaml:\d+: .*severity"),
        (
            "taxonomy.yaml",
            "group: land",
            "groop: land",
            r"taxonomy\.yaml:\d+: .*groop.*unknown key",
        ),
        ("taxonomy.yaml", "group: land", "groop: land", r"allowed: label, group, severity"),
        ("taxonomy.yaml", "{force: S1}", "{forse: S1}", r"taxonomy\.yaml:\d+: .*forse"),
        ("danger.yaml", "reprisal:", "reprisals:", r"danger\.yaml:\d+: signs\.reprisals"),
        ("routing.yaml", "[OTHER]", "[OTHERS]", r"routing\.yaml:\d+: .*OTHERS"),
        ("routing.yaml", "syndicat-demo", "commune-demo", r"routing\.yaml:\d+: .*no syndicate"),
        (
            "responders.yaml",
            "kind: company",
            "kind: company, function: health",
            r"responders\.yaml:\d+: steps\.company: no organisation",
        ),
        ("sites.yaml", "sites:", "sites: [", r"sites\.yaml:\d+: "),
        ("sites.yaml", "site-demo-2:", "doungoubou-demo:", r"sites\.yaml:\d+: .*duplicate"),
        (
            "taxonomy.yaml",
            "company,",
            "compagny,",
            r"taxonomy\.yaml:\d+: .*compagny.*allowed: triage",
        ),
        ("routing.yaml", "mediation-demo", "police-demo", r"routing\.yaml:\d+: last_resort"),
        ("routing.yaml", "[protection,", "[company,", r"routing\.yaml:\d+: protected_ladder"),
        (
            "organisations.yaml",
            "[doungoubou-demo]",
            "[atlantis]",
            r"organisations\.yaml:6: .*atlantis.*allowed: doungoubou-demo",
        ),
    ],
)
def test_a_mistake_names_file_and_place(
    folder: Path, name: str, old: str, new: str, expected: str
) -> None:
    spoil(folder, name, old, new)
    with pytest.raises(PolicyError, match=expected):
        load_bundle(folder, MODELS, [check])


def test_the_line_is_the_line_of_the_mistake(folder: Path) -> None:
    lines = (folder / "taxonomy.yaml").read_text().splitlines()
    line = next(n for n, text in enumerate(lines, start=1) if "severity: S4" in text)
    spoil(folder, "taxonomy.yaml", "severity: S4", "severity: huge")
    with pytest.raises(PolicyError, match=rf"taxonomy\.yaml:{line}:"):
        load_bundle(folder, MODELS)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "sites.yaml").unlink()
    with pytest.raises(PolicyError, match=r"sites\.yaml: this policy file is missing"):
        load_bundle(folder, MODELS)


async def test_a_bad_change_is_refused_and_the_running_version_stays(folder: Path) -> None:
    source = PolicySource(folder, MODELS, [check])
    running = source.current
    spoil(folder, "taxonomy.yaml", "severity: S3", "severity: S9")
    await source.reload()
    assert source.current is running
    assert source.refused
    assert "taxonomy.yaml" in source.refused
    spoil(folder, "taxonomy.yaml", "severity: S9", "severity: S2")
    await source.reload()
    assert source.refused is None
    assert source.current.version != running.version
    assert await source.get(running.version) is running
