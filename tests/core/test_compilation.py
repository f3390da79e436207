"""A package counts as compiled only while its sources, and those below it, are the ones it was compiled from."""

from trainer.core.compilation import begin_compiling, is_compiled, mark_compiled


def test_a_change_of_the_sources_asks_for_compiling_again(tmp_path):
    package = tmp_path / "kernels"
    (package / "deep" / "__pycache__").mkdir(parents=True)
    source = package / "deep" / "kernel.py"
    source.write_text("a = 1\n")
    cached = package / "deep" / "__pycache__" / "kernel.f-1.py311.nbi"
    cached.write_text("x")
    assert not is_compiled(package)
    begin_compiling(package)
    assert not cached.exists()
    mark_compiled(package)
    assert is_compiled(package)
    source.write_text("a = 2\n")
    assert not is_compiled(package)
    source.write_text("a = 1\n")
    assert is_compiled(package)
