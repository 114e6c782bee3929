"""Tables and columns in [sql] of spotcheck.toml must exist, wherever the settings are read with a schema."""

from contextlib import nullcontext

import pytest
from click.testing import CliRunner

from review.basics.errors import InputError
from review.commands.cli import spotcheck
from review.settings.project import project_of

TABLES = "CREATE TABLE customers (id INT, email TEXT, card TEXT); CREATE TABLE orders (id INT);"


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        (
            'forbidden_columns = ["customers.emial"]',
            "'customers.emial', which the database does not have. Nearest: 'customers.email'",
        ),
        ('forbidden_columns = ["cards"]', "Nearest: 'card'"),
        ('required_tables = ["order"]', "Nearest: 'orders'"),
        ('tables = ["main.orders", "custmers"]', "Nearest: 'customers'"),
        ('words = { "promo" = ["order_s"] }', "Nearest: 'orders'"),
        ('keys = { "ordres" = ["id"] }', "Nearest: 'orders'"),
        ('forbidden_tables = ["zzz"]', "'zzz', which the database does not have."),
        ('forbidden_tables = ["ORDERS"]\nforbidden_columns = ["main.customers.email"]', ""),
    ],
)
@pytest.mark.parametrize("command", ["check", "accuracy", "lane"])
def test_names_of_the_settings_exist_in_the_schema(tmp_path, setting, said, command):
    (tmp_path / "s.sql").write_text(TABLES)
    (tmp_path / "spotcheck.toml").write_text(f'[sql]\nschema = "s.sql"\n{setting}\n')
    store = str(tmp_path / "spotcheck.db")
    if command == "lane":
        lane = project_of(store).sql.lane
        with pytest.raises(InputError, match="which the database does not have") if said else nullcontext() as found:
            lane.schemas()
        error = found.value if said else None
    else:
        file = tmp_path / "in.csv"
        file.write_text("id,sql\na,SELECT card FROM customers\n" if command == "check" else "case,execution\na,1\n")
        error = CliRunner().invoke(spotcheck, ["sql", command, "--file", str(file), "--store", store]).exception
    assert isinstance(error, InputError) == bool(said) and said in str(error or "")


def test_accuracy_goes_on_where_the_database_does_not_answer(tmp_path):
    (tmp_path / "spotcheck.toml").write_text('[sql]\nengine = "gone.db"\nforbidden_tables = ["zzz"]\n')
    (tmp_path / "in.csv").write_text("case,execution\na,1\n")
    call = ["sql", "accuracy", "--file", str(tmp_path / "in.csv"), "--store", str(tmp_path / "spotcheck.db")]
    done = CliRunner().invoke(spotcheck, call)
    assert done.exit_code == 0 and "were not checked" in done.stderr
