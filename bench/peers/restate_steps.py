"""Durable steps with a single-node Restate server and its Node SDK. Starts both, measures, stops both. Prints one JSON line.

usage: restate_steps.py NPM_FOLDER FOLDER STEPS RUNS
"""
import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time

npm, folder, steps, runs = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
here = os.path.dirname(os.path.abspath(__file__))


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def call(port, path, body, tries=1):
    for left in range(tries, 0, -1):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
            connection.request("POST", path, body=json.dumps(body), headers={"content-type": "application/json"})
            answer = connection.getresponse()
            text = answer.read()
            if answer.status < 300:
                return text
            problem = (path, answer.status, text[:300])
        except OSError as error:
            problem = (path, error)
        if left > 1:
            time.sleep(0.1)
    raise SystemExit(f"restate does not answer: {problem}")


def cpu_s(pid):
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


ingress, admin, fabric, service_port = (free_port() for _ in range(4))
environment = dict(
    os.environ,
    RESTATE_INGRESS__BIND_ADDRESS=f"127.0.0.1:{ingress}",
    RESTATE_ADMIN__BIND_ADDRESS=f"127.0.0.1:{admin}",
    RESTATE_BIND_ADDRESS=f"127.0.0.1:{fabric}",
    RESTATE_ADVERTISED_ADDRESS=f"http://127.0.0.1:{fabric}",
    DO_NOT_TRACK="1",
)
program = os.path.join(npm, "node_modules/@restatedev/restate-server-linux-x64/bin/restate-server")
log = open(os.path.join(folder, "restate.log"), "wb")
server = subprocess.Popen(
    [program, "--base-dir", os.path.join(folder, "restate"), "--node-name", "one"], env=environment, stdout=log, stderr=log)
service = subprocess.Popen(
    ["node", os.path.join(here, "restate_service.mjs"), str(service_port)], cwd=npm, stdout=log, stderr=log)


def measured(act, count):
    before, wall = cpu_s(server.pid) + cpu_s(service.pid), time.time()
    act()
    wall = time.time() - wall
    used = cpu_s(server.pid) + cpu_s(service.pid) - before
    return {"steps_per_s": count / wall, "cpu_ms_per_step": used / count * 1000}


def many():
    tag, waiting, lock = time.time_ns(), list(range(runs)), threading.Lock()

    def work():
        while True:
            with lock:
                if not waiting:
                    return
                number = waiting.pop()
            call(ingress, f"/bench-workflow/{tag}-{number}/run", 5)

    workers = [threading.Thread(target=work) for _ in range(runs)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


try:
    call(admin, "/deployments", {"uri": f"http://127.0.0.1:{service_port}", "force": True}, tries=300)
    call(ingress, "/bench/sequence", 50, tries=100)
    sequential = measured(lambda: call(ingress, "/bench/sequence", steps), steps)
    print(json.dumps({"sequential": sequential, "concurrent": measured(many, runs * 5)}), flush=True)
finally:
    for child in (service, server):
        child.terminate()
        child.wait()
