"""Durable steps with DBOS on SQLite: one workflow of many steps, then many workflows of five. Prints one JSON line.

usage: dbos_steps.py FOLDER STEPS RUNS
"""
import json
import os
import sys
import time

from dbos import DBOS

folder, steps, runs = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
DBOS(config={"name": "bench", "system_database_url": f"sqlite:///{folder}/dbos.sqlite", "log_level": "ERROR"})


@DBOS.step()
def step(number):
    return number


@DBOS.workflow()
def sequence(count):
    return sum(step(number) for number in range(count))


def measured(act, count):
    """Steps per second and CPU milliseconds per step of `act`, which does `count` steps."""
    cpu, wall = time.process_time(), time.time()
    act()
    wall, cpu = time.time() - wall, time.process_time() - cpu
    return {"steps_per_s": count / wall, "cpu_ms_per_step": cpu / count * 1000}


def many():
    for handle in [DBOS.start_workflow(sequence, 5) for _ in range(runs)]:
        handle.get_result()


DBOS.launch()
sequence(5)
print(json.dumps({"sequential": measured(lambda: sequence(steps), steps), "concurrent": measured(many, runs * 5)}), flush=True)
# Its threads would keep the program alive.
os._exit(0)
