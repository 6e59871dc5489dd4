import io
import stat
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from chrysalis.data.archives import SUFFIXES, TAR_OPENERS, extract, members
from chrysalis.errors import UserError

FILES = {"cats/1.jpg": b"one" * 400, "dogs/deep/2.jpg": b"two" * 900, "README": b"text"}
TAR_MODES = {".tar": "w", ".tar.gz": "w:gz", ".tgz": "w:gz", ".tar.xz": "w:xz", ".tar.zst": "w"}


def write(path: Path, files: dict[str, bytes]) -> Path:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            for name, content in files.items():
                file.writestr(name, content)
        return path
    suffix = next(s for s in TAR_MODES if path.name.endswith(s))
    opened = TAR_OPENERS[suffix](path, "wb") if suffix == ".tar.zst" else path.open("wb")
    with opened as stream, tarfile.open(fileobj=stream, mode=TAR_MODES[suffix]) as file:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            file.addfile(info, io.BytesIO(content))
    return path


def content(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


def assert_refused(archive: Path, *words: str) -> None:
    """Both functions refuse, naming the archive, and nothing is left on the disk."""
    before = content(archive.parent)
    for attempt in (lambda: members(archive), lambda: extract([archive], archive.parent / "out")):
        with pytest.raises(UserError) as caught:
            attempt()
        for word in (str(archive), *words):
            assert word in str(caught.value)
    assert content(archive.parent) == before
    assert [p for p in archive.parent.iterdir() if p.is_dir()] == []


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_kind_gives_back_its_files_without_the_hidden_ones(tmp_path, suffix):
    hidden = {"cats/.DS_Store": b"x", "__MACOSX/cats/._1.jpg": b"x", ".git/config": b"x"}
    archive = write(tmp_path / f"a{suffix}", {**FILES, **hidden})
    assert members(archive) == [(name, len(data)) for name, data in FILES.items()]
    extract([archive], tmp_path / "new" / "out")
    assert content(tmp_path / "new") == {f"out/{name}": data for name, data in FILES.items()}


def test_names_are_brought_to_one_form(tmp_path):
    tar = write(tmp_path / "a.tar", {"./cats/1.jpg": b"1", "dogs/../cats/2.jpg": b"2"})
    assert members(tar) == [("cats/1.jpg", 1), ("cats/2.jpg", 1)]
    made_on_windows = write(tmp_path / "a.zip", {"cats\\1.jpg": b"1"})
    assert members(made_on_windows) == [("cats/1.jpg", 1)]


def test_the_last_of_several_members_with_one_name_counts(tmp_path):
    archive = tmp_path / "a.tar"
    with tarfile.open(archive, "w") as file:
        for data in (b"old!", b"new"):
            info = tarfile.TarInfo("cats/1.jpg")
            info.size = len(data)
            file.addfile(info, io.BytesIO(data))
    assert members(archive) == [("cats/1.jpg", 3)]
    extract([archive], tmp_path / "out")
    assert content(tmp_path / "out") == {"cats/1.jpg": b"new"}


@pytest.mark.parametrize("suffix", [".zip", ".tar", ".tar.gz"])
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../evil.jpg", "leads out"),
        ("cats/../../evil.jpg", "leads out"),
        ("../.evil", "leads out"),
        ("/tmp/evil.jpg", "absolute"),
        ("C:/evil.jpg", "absolute"),
    ],
)
def test_members_that_leave_the_target_are_refused(tmp_path, suffix, name, reason):
    assert_refused(write(tmp_path / f"a{suffix}", {**FILES, name: b"x"}), name, reason)


def test_a_windows_path_that_leaves_the_target_is_refused_in_a_zip(tmp_path):
    assert_refused(write(tmp_path / "a.zip", {"..\\evil.jpg": b"x"}), "../evil.jpg", "leads out")


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE])
def test_links_and_devices_in_a_tar_are_refused(tmp_path, kind):
    archive = tmp_path / "a.tar"
    with tarfile.open(archive, "w") as file:
        info = tarfile.TarInfo("cats/link.jpg")
        info.type, info.linkname = kind, "1.jpg"
        file.addfile(info)
    assert_refused(archive, "cats/link.jpg", "link or a device")


def test_a_link_in_a_zip_is_refused(tmp_path):
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as file:
        info = zipfile.ZipInfo("cats/link.jpg")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        file.writestr(info, "/etc/passwd")
    assert_refused(archive, "cats/link.jpg", "link or a device")


def test_an_encrypted_zip_is_refused(tmp_path):
    archive = write(tmp_path / "a.zip", FILES)
    data = bytearray(archive.read_bytes())
    data[data.index(b"PK\1\2") + 8] |= 1  # the flag in the central directory
    archive.write_bytes(data)
    assert_refused(archive, "cats/1.jpg", "encrypted")


def test_a_name_that_is_both_file_and_folder_is_refused(tmp_path):
    archive = write(tmp_path / "a.tar", {"cats": b"x", "cats/1.jpg": b"x"})
    with pytest.raises(UserError, match="both a file and a folder"):
        extract([archive], tmp_path / "out")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_archive_cut_short_anywhere_is_refused(tmp_path, suffix):
    whole = write(tmp_path / f"whole{suffix}", FILES).read_bytes()
    end = len(whole)
    if suffix == ".tar":  # whole once a zero block follows the last file: the rest is padding
        end = len(whole.rstrip(b"\0")) // 512 * 512 + 1024
    archive = tmp_path / f"cut{suffix}"
    for length in (*range(0, end, max(1, end // 40)), end - 1):
        archive.write_bytes(whole[:length])
        with pytest.raises(UserError, match="broken or cut short"):
            extract([archive], tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("suffix", [".zip", ".tar.gz", ".tar.xz"])
def test_a_changed_byte_is_found_by_the_checksum(tmp_path, suffix):
    archive = write(tmp_path / f"a{suffix}", FILES)
    data = bytearray(archive.read_bytes())
    position = data.index(b"PK\1\2") + 16 if suffix == ".zip" else len(data) - 8
    data[position] ^= 1
    archive.write_bytes(data)
    with pytest.raises(UserError, match="broken or cut short"):
        extract([archive], tmp_path / "out")


def test_something_else_under_an_archives_name_is_refused(tmp_path):
    for suffix in SUFFIXES:
        (tmp_path / f"a{suffix}").write_bytes(b"<html>not found</html>" * 50)
        with pytest.raises(UserError, match="broken or cut short"):
            members(tmp_path / f"a{suffix}")
    with pytest.raises(UserError, match="no such archive"):
        members(tmp_path / "missing.zip")
    (tmp_path / "a.rar").write_bytes(b"Rar!")
    with pytest.raises(UserError, match="not a kind of archive"):
        members(tmp_path / "a.rar")


def test_a_kill_leaves_no_half_target_and_the_next_call_succeeds(tmp_path):
    archive = write(tmp_path / "a.zip", FILES)
    killed = """
import os, shutil, sys
from pathlib import Path
from chrysalis.data import archives
copy, calls = shutil.copyfileobj, []
def copy_then_die(*args):
    calls.append(copy(*args))
    if len(calls) == 2:
        os._exit(9)
shutil.copyfileobj = copy_then_die
archives.extract([Path(sys.argv[1])], Path(sys.argv[2]))
"""
    command = [sys.executable, "-c", killed, str(archive), str(tmp_path / "out")]
    assert subprocess.run(command, check=False).returncode == 9
    assert not (tmp_path / "out").exists()
    extract([archive], tmp_path / "out")
    assert content(tmp_path / "out") == FILES
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.zip", "out"]


def test_a_folder_is_replaced_only_if_no_file_is_lost(tmp_path):
    archive = write(tmp_path / "a.zip", FILES)
    extract([archive], tmp_path / "out")
    (tmp_path / "out" / "README").write_bytes(b"old")
    extract([archive], tmp_path / "out")
    assert content(tmp_path / "out") == FILES
    (tmp_path / "out" / "cats" / "mine.jpg").write_bytes(b"mine")
    with pytest.raises(UserError, match=r"cats/mine\.jpg"):
        extract([archive], tmp_path / "out")
    assert content(tmp_path / "out") == {**FILES, "cats/mine.jpg": b"mine"}
