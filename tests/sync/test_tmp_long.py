from tests.sync.test_machine import machine, _run


def test_long(machine):
    _run(machine, examples=99, steps=40)
