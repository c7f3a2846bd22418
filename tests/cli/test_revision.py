"""The base of a diff comes from git, and git is left as it was."""

from pathlib import Path

import pytest

from cli.repository import commit, git, repository
from tonnage.cli.revision import exported
from tonnage.cli.usage import UsageError

SPECS = {"stacks/clusters/a.yaml": "old\n", "stacks/teams/t.yaml": "t\n", "stacks/other.txt": "x", "README": "x"}


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A repository whose specs have changed in the working tree."""
    made = repository(tmp_path / "repo", SPECS)
    (made / "stacks/clusters/a.yaml").write_text("new\n")
    return made


def files(folder: Path) -> dict[str, str]:
    return {p.relative_to(folder).as_posix(): p.read_text() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_the_base_holds_the_specs_of_the_revision_and_nothing_else(repo: Path) -> None:
    """What is not specs is not read."""
    with exported(repo / "stacks", "main") as base:
        assert files(base.folder) == {"clusters/a.yaml": "old\n", "teams/t.yaml": "t\n"}
        assert base.label == f"main ({git(repo, 'rev-parse', 'HEAD')[:12]})"
        folder = base.folder

    assert not folder.exists()


def test_the_checkout_stays_as_it_was(repo: Path) -> None:
    """Files, index and branches are the same after as before."""
    before = (files(repo / "stacks"), git(repo, "status", "--porcelain"), git(repo, "for-each-ref"))
    index = (repo / ".git/index").read_bytes()
    with exported(repo / "stacks", "HEAD"):
        pass

    assert (files(repo / "stacks"), git(repo, "status", "--porcelain"), git(repo, "for-each-ref")) == before
    assert (repo / ".git/index").read_bytes() == index


def test_attributes_of_the_revision_do_not_act(repo: Path) -> None:
    """A repository cannot hide specs from its own review, nor run a filter."""
    commit(repo, {".gitattributes": "stacks/clusters/* export-ignore\n*.yaml filter=evil\n"})
    git(repo, "config", "filter.evil.smudge", "touch ran; cat")
    with exported(repo / "stacks", "HEAD") as base:
        assert "clusters/a.yaml" in files(base.folder)

    assert not list(repo.rglob("ran"))


def test_specs_at_the_top_of_the_repository(tmp_path: Path) -> None:
    """The folder of the specs may be the repository itself."""
    top = repository(tmp_path / "top", {"clusters/a.yaml": "a", "teams/t.yaml": "t"})
    with exported(top, "HEAD") as base:
        assert set(files(base.folder)) == {"clusters/a.yaml", "teams/t.yaml"}


def test_a_revision_without_specs_is_empty(tmp_path: Path) -> None:
    """The first pull request that adds specs has a base without them."""
    top = repository(tmp_path / "top", {"README": "x"})
    (top / "clusters").mkdir()
    with exported(top, "HEAD") as base:
        assert files(base.folder) == {}


def test_a_base_that_has_moved_on_is_counted_by_the_specs_alone(repo: Path) -> None:
    """Commits elsewhere do not matter to the reader."""
    git(repo, "stash")
    git(repo, "checkout", "--quiet", "-b", "branch")
    git(repo, "checkout", "--quiet", "main")
    commit(repo, {"README": "y"})
    commit(repo, {"stacks/teams/t.yaml": "newer"})
    git(repo, "checkout", "--quiet", "branch")
    with exported(repo / "stacks", "main") as base:
        assert base.behind == 1
    with exported(repo / "stacks", "branch") as base:
        assert base.behind == 0


def test_links_are_not_followed(repo: Path) -> None:
    """A link of the revision could point anywhere; it is left out and named."""
    (repo / "stacks/teams/link.yaml").symlink_to("/etc/hostname")
    commit(repo, {})
    with exported(repo / "stacks", "HEAD") as base:
        assert base.skipped == ("teams/link.yaml",)
        assert "teams/link.yaml" not in files(base.folder)


def test_names_of_files_may_hold_anything(repo: Path) -> None:
    """Blanks, quotes and other letters survive."""
    odd = 'stacks/teams/ö "x" *.yaml'
    commit(repo, {odd: "odd"})
    with exported(repo / "stacks", "HEAD") as base:
        assert files(base.folder)['teams/ö "x" *.yaml'] == "odd"


@pytest.mark.parametrize("name", ["nowhere", "--help", "-n", "", "HEAD:stacks"])
def test_an_unknown_revision_is_refused_with_a_way_out(repo: Path, name: str) -> None:
    """No name of a revision becomes an option of git."""
    with pytest.raises(UsageError) as caught, exported(repo / "stacks", name):
        pass

    assert "git knows no revision" in caught.value.what
    assert "git fetch origin" in caught.value.fix


def test_a_branch_that_only_the_remote_has_is_suggested(repo: Path, tmp_path: Path) -> None:
    """Pull-request workflows often have origin/main and no main."""
    git(repo, "branch", "release")
    git(tmp_path, "clone", "--quiet", str(repo), "clone")
    with (
        pytest.raises(UsageError, match="did you mean 'origin/release'"),
        exported(tmp_path / "clone/stacks", "release"),
    ):
        pass


def test_a_shallow_clone_is_named_as_the_cause(repo: Path, tmp_path: Path) -> None:
    """The usual trap of a workflow, with the setting that helps."""
    first = git(repo, "rev-parse", "HEAD")
    commit(repo, {})
    git(tmp_path, "clone", "--quiet", "--depth", "1", f"file://{repo}", "shallow")
    with pytest.raises(UsageError, match="fetch-depth: 0"), exported(tmp_path / "shallow/stacks", first):
        pass


def test_outside_of_git_nothing_is_compared(tmp_path: Path) -> None:
    """The message says where to run it."""
    with pytest.raises(UsageError, match=r"in no git repository.*run it in a clone"), exported(tmp_path, "HEAD"):
        pass
