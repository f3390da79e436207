"""Compiled kernels are kept where they can be, and count as ready only while they fit their sources."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from trainer.core import compilation
from trainer.core.compilation import KernelLocator, begin_compiling, is_compiled, kept_in, mark_compiled

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def package(tmp_path):
    folder = tmp_path / "kernels"
    (folder / "deep" / "__pycache__").mkdir(parents=True)
    (folder / "deep" / "kernel.py").write_text("a = 1\n")
    (folder / "deep" / "__pycache__" / "kernel.f-1.py311.nbi").write_text("x")
    return folder


@pytest.fixture
def shared(package, tmp_path, monkeypatch):
    """The package where nobody may write, and a home of one's own. Root may write anywhere, so it is only said."""
    home = tmp_path / "home"
    monkeypatch.setenv("ATOLL_HOME", str(home))
    monkeypatch.setattr(compilation, "_writable", lambda _: False)
    return package


def test_a_change_of_the_sources_asks_for_compiling_again(package):
    source, cached = package / "deep" / "kernel.py", package / "deep" / "__pycache__" / "kernel.f-1.py311.nbi"
    assert not is_compiled(package)
    begin_compiling(package)
    assert not cached.exists()
    mark_compiled(package)
    assert is_compiled(package)
    source.write_text("a = 2\n")
    assert not is_compiled(package)
    source.write_text("a = 1\n")
    assert is_compiled(package)


@pytest.mark.parametrize("name", ["NUMBA_CPU_NAME", "NUMBA_CPU_FEATURES"])
def test_another_processor_asks_for_compiling_again(package, monkeypatch, name):
    mark_compiled(package)
    assert is_compiled(package)
    monkeypatch.setenv(name, "another")
    compilation._processor.cache_clear()
    assert not is_compiled(package)
    monkeypatch.undo()
    compilation._processor.cache_clear()
    assert is_compiled(package)


def test_a_compile_that_was_broken_off_goes_on(package):
    begin_compiling(package)
    kept = package / "deep" / "__pycache__"
    ready, half = kept / "kernel.f-1.py311.1.nbc", kept / "kernel.f-1.py311.2.nbc.tmp.0123456789abcdef"
    ready.write_text("x")
    half.write_text("x")
    assert not is_compiled(package)
    begin_compiling(package)
    assert ready.exists() and not half.exists()
    (package / "deep" / "kernel.py").write_text("a = 2\n")
    begin_compiling(package)
    assert not ready.exists()
    mark_compiled(package)
    assert {path.name for path in (package / "__pycache__").iterdir()} == {
        path.name for path in (package / "__pycache__").glob("kernels-*.compiled")
    }


def test_where_the_sources_cannot_be_written_it_is_kept_at_home(shared, tmp_path):
    begin_compiling(shared)
    mark_compiled(shared)
    assert is_compiled(shared)
    assert not (shared / "__pycache__").exists()
    assert (shared / "deep" / "__pycache__" / "kernel.f-1.py311.nbi").exists(), "what others use is not touched"
    assert list((tmp_path / "home" / "compiled").glob("kernels-*/kernels-*.compiled"))


def test_what_was_compiled_for_all_users_is_ready_for_each(shared, tmp_path, monkeypatch):
    with monkeypatch.context() as owner:
        owner.setattr(compilation, "_writable", lambda _: True)
        mark_compiled(shared)
    assert is_compiled(shared)
    own = kept_in(shared / "deep")
    assert tmp_path / "home" in own.parents
    assert (own / "kernel.f-1.py311.nbi").read_text() == "x"
    # a newer compile takes the place of the copy
    (shared / "deep" / "__pycache__" / "kernel.f-1.py311.nbi").write_text("newer")
    compilation._own.cache_clear()
    assert (kept_in(shared / "deep") / "kernel.f-1.py311.nbi").read_text() == "newer"
    assert not own.exists()
    assert not list((tmp_path / "home" / "compiled").glob(".atoll-*"))


def test_only_kernels_of_atoll_are_kept_by_atoll(tmp_path):
    def one():
        """Stand in for a kernel."""

    assert KernelLocator.from_function(one, str(tmp_path / "elsewhere.py")) is None
    source = ROOT / "trainer" / "core" / "chance.py"
    locator = KernelLocator.from_function(one, str(source))
    stamp = locator.get_source_stamp()
    os.utime(source, ns=(source.stat().st_atime_ns, source.stat().st_mtime_ns))
    assert locator.get_source_stamp() == stamp
    assert locator.get_cache_path() == str(kept_in(source.parent))


def test_numba_asks_the_locator_and_a_bundle_changes_nothing(tmp_path):
    code = """
import sys
sys.frozen = True  # numba's own locators would take the executable for the source
import trainer.core.chance as chance
cache = chance.philox._cache
print(type(cache._impl.locator).__name__, cache.cache_path)
"""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "ATOLL_HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.split() == ["KernelLocator", str(ROOT / "trainer" / "core" / "__pycache__")]
