"""The check of the arrows names each wrong import, in every language, wherever it is hidden."""

from __future__ import annotations

from pathlib import Path

from checks.architecture.__main__ import RULES
from checks.architecture.circles import circles
from checks.architecture.judge import all_imports, faults
from checks.architecture.rules import load_rules


def judged(folder: Path, **files: str) -> list[str]:
    """The faults of some files, named with `__` for `/` and a final `_suffix` for `.suffix`."""
    names = []
    for key, text in files.items():
        stem, _, suffix = key.replace("__", "/").rpartition("_")
        name = f"{stem}.{suffix}"
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        names.append(name)
    rules = load_rules(RULES)
    return faults(all_imports(folder, names, rules), rules)


def test_an_import_hidden_in_a_function_is_an_arrow(tmp_path: Path) -> None:
    found = judged(
        tmp_path,
        model__squeezesam_model__a_py="def f():\n    from squeezesam_export import b\n\n    b()\n",
        export__squeezesam_export__b_py="",
    )
    assert found == [
        "model/squeezesam_model/a.py imports squeezesam_export.b: model does not know export"
    ]


def test_a_private_name_of_another_room_is_named(tmp_path: Path) -> None:
    found = judged(
        tmp_path,
        training__squeezesam_train__a_py="from squeezesam import _core\n",
        python_bindings__squeezesam__init_py="",
        python_bindings__squeezesam___core_pyi="",
    )
    assert found == [
        "training/squeezesam_train/a.py imports squeezesam._core: private to python_bindings"
    ]


def test_two_modules_that_import_each_other_are_a_circle(tmp_path: Path) -> None:
    found = judged(
        tmp_path,
        export__squeezesam_export__a_py="from squeezesam_export import b\n",
        export__squeezesam_export__b_py="if False:\n    import squeezesam_export.a\n",
    )
    assert found == ["a circle: export/squeezesam_export/a.py, export/squeezesam_export/b.py"]


def test_two_folders_that_import_each_other_are_a_circle_without_one_of_files(
    tmp_path: Path,
) -> None:
    found = judged(
        tmp_path,
        export__squeezesam_export__one__a_py="import squeezesam_export.two.b\n",
        export__squeezesam_export__two__b_py="",
        export__squeezesam_export__two__c_py="import squeezesam_export.one.d\n",
        export__squeezesam_export__one__d_py="",
    )
    assert found == [
        "a circle of folders: export/squeezesam_export/one, export/squeezesam_export/two"
    ]


def test_an_engine_that_includes_the_core_is_named(tmp_path: Path) -> None:
    found = judged(
        tmp_path,
        runtime__engines__onnxruntime__src__engine_cpp='#include "session.h"\n',
        runtime__core__src__session_h="",
    )
    assert found == [
        "runtime/engines/onnxruntime/src/engine.cpp imports session.h: engines does not know core"
    ]


def test_two_headers_that_include_each_other_are_a_circle(tmp_path: Path) -> None:
    found = judged(
        tmp_path,
        runtime__core__src__mask__a_h='#include "mask/b.h"\n',
        runtime__core__src__mask__b_h='#include "mask/a.h"\n',
        runtime__core__src__mask__b_cpp='#include "mask/a.h"\n',
    )
    assert found == ["a circle: runtime/core/src/mask/a.h, runtime/core/src/mask/b.h"]


def test_a_screen_in_the_portable_swift_and_kotlin_is_named(tmp_path: Path) -> None:
    found = judged(
        tmp_path,
        runtime__swift__Sources__SqueezeSAM__Mask_swift="import UIKit\n",
        runtime__swift__Sources__SqueezeSAM__Apple__Mask_swift="import UIKit\n",
        android_demo__app__src__main__kotlin__org__squeezesam__demo__editor__Editor_kt=(
            "package org.squeezesam.demo.editor\nimport android.graphics.Bitmap\n"
        ),
    )
    assert len(found) == 2
    assert found[0].endswith("Editor.kt imports android.graphics.Bitmap: android_editor never does")
    assert found[1].endswith("SqueezeSAM/Mask.swift imports UIKit: swift never does")


def test_a_library_that_knows_the_app_is_named(tmp_path: Path) -> None:
    found = judged(
        tmp_path,
        runtime__android__src__main__kotlin__org__squeezesam__Mask_kt=(
            "package org.squeezesam\nimport org.squeezesam.demo.ui.Theme\n"
        ),
        android_demo__app__src__main__kotlin__org__squeezesam__demo__ui__Theme_kt=(
            "package org.squeezesam.demo.ui\n"
        ),
    )
    assert len(found) == 1
    assert found[0].endswith("kotlin does not know android_app")


def test_a_file_in_no_room_is_named(tmp_path: Path) -> None:
    found = judged(tmp_path, attic__old_py="import json\n")
    assert found == ["attic/old.py lies in no room: give it one in rules.toml"]


def test_knots_are_found_in_graphs_deeper_than_the_stack() -> None:
    chain = {str(i): [str(i + 1)] for i in range(20_000)}
    assert circles(chain) == []
    assert circles({"a": ["b"], "b": ["c"], "c": ["a"], "d": ["a", "d"]}) == [["a", "b", "c"]]
