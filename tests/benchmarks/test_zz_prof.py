"""pytest-run profile of client push"""
import cProfile, pstats, time, sys
import pytest
from tests.benchmarks.test_push import *
from tests.benchmarks.test_push import _cycle,_save,_send,_post

def test_profile(office, tmp_path):
    with running(tmp_path/"one") as r:
        c=_cycle(office, Recorder(r["url"]), r["code"]); assert c.run_once().problem is None
        _save(office); _send(c, office); _save(office); _send(c,office)
        ts=[]
        for _ in range(4):
            _save(office)
            t=time.perf_counter(); t2=time.process_time(); _send(c,office); ts.append((round(time.perf_counter()-t,4), round(time.process_time()-t2,4)))
        print("wall,cpu", ts)
        _save(office)
        p=cProfile.Profile(); p.enable(); _send(c,office); p.disable()
        pstats.Stats(p).sort_stats("tottime").print_stats(32)
        c.close()
