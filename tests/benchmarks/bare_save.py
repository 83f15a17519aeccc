"""The floor of saving a call: the rows `Calls.save` writes, by the driver alone."""

from __future__ import annotations

import os
from typing import Any

from operator_app.domain.calls import Call

ONE_ROW_TABLES = ("revision", "call", "audit")
LIST_TABLES = ("call_topic", "call_action")


class BareSave:
    """Writes one call's rows again and again under new keys of the same length.

    The rows are taken from a call that was saved by the program, so that the bytes, the indexes
    and the triggers are the same; only BEGIN, the statements and COMMIT are left.
    """

    def __init__(self, connection: Any, saved: Call) -> None:
        self.connection = connection
        self._rows = {name: self._read(name, saved) for name in ONE_ROW_TABLES + LIST_TABLES}
        self._statements = {name: _insert(name, rows[0]) for name, rows in self._rows.items()}
        self._counter = "counter.call.2026"
        self._running = int(self._one("SELECT value FROM setting WHERE key = ?", self._counter))
        self._seq = int(self._one("SELECT max(seq) FROM revision"))
        self._audit_seq = int(self._one("SELECT max(seq) FROM audit"))

    def __call__(self) -> None:
        self._running += 1
        self._seq += 1
        self._audit_seq += 1
        call_id, op_id = os.urandom(18).hex(), os.urandom(18).hex()
        execute = self.connection.execute
        execute("BEGIN IMMEDIATE")
        execute(
            "INSERT INTO setting (key, value) VALUES (?, ?)"
            " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (self._counter, str(self._running)),
        )
        new = {
            "revision": {"op_id": op_id, "record_id": call_id, "seq": self._seq},
            "call": {"call_id": call_id, "op_id": op_id, "number": f"0412-26-{self._running:06}"},
            "audit": {"seq": self._audit_seq, "entity_id": call_id},
        }
        for name in ONE_ROW_TABLES:
            execute(self._statements[name], {**self._rows[name][0], **new[name]})
        for name in LIST_TABLES:
            self.connection.executemany(
                self._statements[name], [{**row, "call_id": call_id} for row in self._rows[name]]
            )
        execute("COMMIT")

    def _read(self, table: str, saved: Call) -> list[dict[str, Any]]:
        where = {"revision": "op_id = ?", "audit": "entity_id = ?"}.get(table, "call_id = ?")
        key = saved.op_id if table == "revision" else saved.call_id
        cursor = self.connection.execute(f"SELECT * FROM {table} WHERE {where}", (key,))
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]

    def _one(self, statement: str, *parameters: object) -> Any:
        return self.connection.execute(statement, parameters).fetchone()[0]


def _insert(table: str, row: dict[str, Any]) -> str:
    columns = ", ".join(row)
    values = ", ".join(f":{name}" for name in row)
    return f"INSERT INTO {table} ({columns}) VALUES ({values})"
