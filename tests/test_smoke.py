def test_a_saved_call_is_in_history(office) -> None:
    from tests.conftest import information_call

    call = office.calls.save(office.actor, information_call(office.calls.start(office.actor).form))
    assert [v.call.number for v in office.calls.history(office.actor, call.call_id)] == [
        call.number
    ]
