"""Tables of covariates: what is read, and how what is wrong is told."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest

from ctprog_gui.core.shared.errors import InputError
from training.tables.encoding import Encoding
from training.tables.reading import read_table

GOOD = """patient_id,image,time_months,event,age,stage,egfr,split,fold,image_venous
a,a.nii,1.5,1,60,I,1,train,0,x.nii
b,b.nii,12,0,,II,,internal,1,y.nii
c,c.nii,7,1,71.5,,0,external,1,z.nii
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "cohort.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_cohort_in_csv(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, GOOD))
    assert table.patient_id == ("a", "b", "c")
    assert table.follow_up.time.tolist() == [1.5, 12, 7]
    assert table.follow_up.event.tolist() == [True, False, True]
    assert [(one.name, one.is_number) for one in table.columns] == [("age", True), ("stage", False)]
    assert table.columns[0].blank.tolist() == [False, True, False]
    assert table.columns[1].blank.tolist() == [False, False, True]
    assert table.split == ("train", "internal", "external")
    assert table.fold is not None
    assert table.fold.tolist() == [0, 1, 1]


def test_covariates_by_name(tmp_path: Path) -> None:
    """In the order asked for; an endpoint is one only where it is named."""
    path = written(tmp_path, GOOD)
    assert [one.name for one in read_table(path, ["egfr", "age"]).columns] == ["egfr", "age"]
    for name in ("tumour", "image", "image_venous", "event"):
        with pytest.raises(InputError, match=f"no covariate {name}"):
            read_table(path, [name])


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    text = (
        "patient_id,time_months,event,age,split,fold\na,0,1,60,train,0\n,5,2,61,test,0\na,x,1,62,train,1.5\n"
    )
    with pytest.raises(InputError) as error:
        read_table(written(tmp_path, text))
    for what in (
        "line 2, time_months: '0' is not a positive number",
        "line 3, patient_id: empty",
        "line 3, event: '2' is neither 0 nor 1",
        "line 3, split: 'test' is none of train, internal, external",
        "line 4, time_months: 'x'",
        "line 4, patient_id: the same as in line 2",
        "line 4, fold: '1.5' is not a whole number",
    ):
        assert what in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("patient_id,age\na,60\n", "lacks the column time_months, event"),
        ("patient_id,time_months,event,age,age\na,1,1,2,3\n", "two columns 'age'"),
        ("patient_id,time_months,event,age\n", "no patients"),
        ("patient_id,time_months,event,age\na,1,1\n", "line 2: 3 cells, not 4"),
        ("patient_id,time_months,event,image\na,1,1,a.nii\n", "no covariates"),
        ("", "lacks the column"),
    ],
)
def test_files_that_are_no_table(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        read_table(written(tmp_path, text))


def hdf5(path: Path, **changed: np.ndarray) -> Path:
    rng = np.random.default_rng(1)
    with h5py.File(path, "w") as file:
        for name, n in (("train", 4), ("test", 2)):
            file[f"{name}/x"] = changed.get("x", rng.normal(size=(n, 3)))
            file[f"{name}/t"] = changed.get("t", np.arange(n) * 73.05)
            file[f"{name}/e"] = changed.get("e", np.arange(n) % 2)
    return path


def test_hdf5_in_the_published_layout(tmp_path: Path) -> None:
    table = read_table(hdf5(tmp_path / "t.h5"), ["x2", "x0"], time_unit="days")
    assert table.n == 6
    assert table.split == ("train",) * 4 + ("internal",) * 2
    assert table.follow_up.time == pytest.approx([0, 2.4, 4.8, 7.2, 0, 2.4])
    assert [one.name for one in table.columns] == ["x2", "x0"]


def test_hdf5_that_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"train row 1, t: not a time; train row 3, t: not a time"):
        read_table(
            hdf5(tmp_path / "t.h5", t=np.array([1, -1, 2, np.nan])[:4], x=np.zeros((4, 1)), e=np.ones(4))
        )
    with pytest.raises(InputError, match="don't fit"):
        read_table(hdf5(tmp_path / "u.h5", e=np.ones(3)))
    (tmp_path / "v.h5").write_bytes(b"no HDF5")
    with pytest.raises(InputError, match="not HDF5"):
        read_table(tmp_path / "v.h5")
    with pytest.raises(InputError, match="no such file"):
        read_table(tmp_path / "w.h5")
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["train/x"] = np.zeros((2, 2))
    with pytest.raises(InputError, match="lacks train and test"):
        read_table(tmp_path / "x.h5")


def test_the_encoding_learns_from_the_training_part_alone(tmp_path: Path) -> None:
    """Other patients' cells, and levels that only they have, change nothing."""
    head = "patient_id,time_months,event,age,stage,same\n"
    rows = ["a,1,1,50,I,7\n", "b,2,1,60,II,7\n", "c,3,0,,I,7\n", "d,4,1,70,III,7\n"]
    train = np.array([0, 1, 2, 3])
    one = read_table(written(tmp_path, head + "".join(rows) + "e,5,1,1000,IV,8\n"))
    other = read_table(written(tmp_path, head + "".join(rows) + "e,5,1,,,9\n"))
    encoding = Encoding.of(one, train)
    assert encoding.names == ["age", "age blank", "stage II", "stage III"]
    found = encoding.matrix(one)
    assert (found[:4] == Encoding.of(other, train).matrix(other)[:4]).all()
    # The blank takes the median of the three, 60, which is their mean too.
    assert found[:4, 0] == pytest.approx(np.array([-10, 0, 0, 10]) / np.sqrt(50))
    assert found[:4, 1:].tolist() == [[0, 0, 0], [0, 1, 0], [1, 0, 0], [0, 0, 1]]
    assert found[4, 2:].tolist() == [0, 0]


def test_columns_that_can_be_no_covariates(tmp_path: Path) -> None:
    rows = "".join(f"p{i},{i + 1},1,name {i},5\n" for i in range(30))
    table = read_table(written(tmp_path, "patient_id,time_months,event,surname,same\n" + rows))
    with pytest.raises(InputError, match="surname has 30 different texts"):
        Encoding.of(table, np.arange(30))
    with pytest.raises(InputError, match="no covariate varies"):
        Encoding.of(read_table(table.path, ["same"]), np.arange(30))


def test_the_published_tables(shared_data: Path) -> None:
    folder = shared_data / "survival_tables"
    metabric = read_table(folder / "metabric_IHC4_clinical_train_test.h5")
    assert (metabric.n, metabric.follow_up.events, len(metabric.columns)) == (1904, 1103, 9)
    gbsg = read_table(folder / "gbsg_cancer_train_test.h5")
    assert (gbsg.n, gbsg.follow_up.events, len(gbsg.columns)) == (2232, 1267, 7)
    assert gbsg.split is not None
    assert gbsg.split.count("train") == 1546
