from __future__ import annotations


def test_a_call_is_stored_and_applied_with_verified_receipts(receiver, device) -> None:
    envelope = device.revise()
    (result,) = device.push(envelope)
    assert result["outcome"] == "applied"
    stored, applied = device.receipts(result)
    assert (stored.stage, applied.stage) == ("stored", "applied")
    assert receiver.stages() == {envelope["op_id"]: "applied"}
    print(device.hello(), device.have([[1, 3]]))
