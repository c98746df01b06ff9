#!/usr/bin/env python3
"""forager.k8s of scripts against a real cluster: kubernetes_lua_test.py FORAGER."""
import os
import pathlib
import re
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from agent_world import FORAGER, main
from kubernetes_test import KubernetesTest, PATIENCE


def setUpModule():
    KubernetesTest.begin_cluster()


class Objects(KubernetesTest):
    def test_a_deployment_is_made_waited_for_scaled_listed_and_removed(self):
        result = self.returned("""
          k8s.deploy(box { name = "web", command = "exec sleep 100", replicas = 2, memory = "32Mi", cpu = 0.1 })
          local ready = k8s.wait_ready("web", { timeout = "60s" }).status.readyReplicas
          k8s.scale("web", 1)
          k8s.wait_ready("web", { timeout = "60s" })
          local one = k8s.get("deployments", "web").spec.replicas
          local pods = k8s.list("pods", { deployment = "web", fields = "status.phase=Running" })
          local gone = k8s.delete("deployments", "web", { wait = true, propagation = "foreground", grace = 0 })
          return { ready, one, #pods >= 1, gone, k8s.delete("deployments", "web"), k8s.get("deployments", "web") == nil }""")
        self.assertEqual(result, [2, 1, True, True, False, True])

    def test_any_object_is_applied_and_watched_with_what_follows(self):
        result = self.returned("""
          local function map(value)
            return { apiVersion = "v1", kind = "ConfigMap", metadata = { name = "m", labels = { a = "b" } }, data = { key = value } }
          end
          k8s.apply(map "1")
          local heard = {}
          for event in k8s.watch("configmaps", { name = "m", labels = { a = "b" } }) do
            heard[#heard + 1] = event.type .. " " .. event.object.data.key
            if event.type == "added" then k8s.apply(map "2")
            elseif event.type == "modified" then k8s.delete("configmaps", "m")
            else break end
          end
          return heard""")
        self.assertEqual(result, ["added 1", "modified 2", "deleted 2"])

    def test_one_of_several_gets_an_object(self):
        result = self.returned("""
          local function lease(holder, version)
            return { apiVersion = "coordination.k8s.io/v1", kind = "Lease", spec = { holderIdentity = holder },
              metadata = { name = "l", resourceVersion = version } }
          end
          local function held(holder, version, force)
            return k8s.apply(lease(holder, version), { manager = holder, force = force })
          end
          local first = held("a", nil, false).metadata.resourceVersion
          local late = caught(held, "b", nil, false)
          local second = held("b", first, true).metadata.resourceVersion
          local old = caught(held, "a", first, true)
          local gone = lease "b"
          gone.metadata.uid = k8s.get("leases", "l").metadata.uid
          k8s.delete("leases", "l")
          return { late.status, old.status, first ~= second, caught(k8s.apply, gone).status, k8s.get("leases", "l") == nil }""")
        self.assertEqual(result, [409, 409, True, 409, True])

    def test_the_status_of_an_object_is_applied_by_itself(self):
        result = self.returned("""
          local map = { apiVersion = "v1", kind = "ConfigMap", metadata = { name = "m" } }
          local claim = { apiVersion = "v1", kind = "PersistentVolumeClaim", metadata = { name = "c" } }
          k8s.apply(map)
          local spec = { accessModes = { "ReadWriteOnce" }, storageClassName = "none", resources = { requests = { storage = "1Mi" } } }
          k8s.apply { apiVersion = "v1", kind = "PersistentVolumeClaim", metadata = { name = "c" }, spec = spec }
          claim.status = { conditions = { { type = "Told", status = "True" } } }
          k8s.apply(claim, { subresource = "status", manager = "teller" })
          return { k8s.get("persistentvolumeclaims", "c").status.conditions[1].type,
            caught(k8s.apply, map, { subresource = "status" }).code }""")
        self.assertEqual(result, ["Told", "not_found"])

    def test_loops_over_watches_are_closed_with_their_scope(self):
        self.assertEqual(self.returned("""
          k8s.apply { apiVersion = "v1", kind = "ConfigMap", metadata = { name = "m" } }
          for _ = 1, 100 do
            for _ in k8s.watch("configmaps", { name = "m" }) do break end
          end
          return true"""), True)

    def test_a_refusal_and_a_typo_are_errors(self):
        result = self.returned("""
          return {
            caught(k8s.list, "widgits"),
            caught(k8s.get, "pods", "x", { namepsace = "y" }),
            caught(k8s.run_job, { image = "x", comand = "y" }),
            caught(k8s.deploy, { name = "a", image = "b", volumes = { ["/a"] = { clam = "c" } } }),
            caught(k8s.scale, "none", 1),
          }""")
        self.assertEqual([one["code"] for one in result], ["not_found", "bad_arguments", "bad_arguments", "bad_arguments", "not_found"])
        self.assertIn("did you mean 'namespace'?", result[1]["message"])
        self.assertIn("did you mean 'command'?", result[2]["message"])
        self.assertIn("did you mean 'claim'?", result[3]["message"])

    def test_without_a_cluster_it_is_said_what_to_set(self):
        del self.environment["KUBECONFIG"]
        self.assertIn("kubeconfig", self.failure("""k8s.list "pods" """)["message"])

    def test_a_script_is_checked_without_a_cluster(self):
        del self.environment["KUBECONFIG"]
        path = self.folder / "checked.lua"
        path.write_text(self.filled("""
          forager.func { name = "f", run = function() k8s.run_job { image = "x", comand = "y" } end }
          for event in k8s.watch "pods" do print(event.type) end"""))
        done = subprocess.run([FORAGER, "check", path], capture_output=True, text=True, env=self.environment)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("'comand'", done.stdout + done.stderr)


class Jobs(KubernetesTest):
    def test_a_job_is_run_as_a_command_is(self):
        result = self.returned("""
          local heard = {}
          local done = k8s.run_job(box { command = { "sh", "-c", "echo one; echo $A" }, env = { A = "two" },
            on_line = function(line, stream) heard[#heard + 1] = stream .. " " .. line end })
          return { done = done, heard = heard }""")
        self.assertEqual(result["heard"], ["stdout one", "stdout two"])
        done = result["done"]
        self.assertEqual((done["stdout"], done["stderr"], done["code"]), ("one\ntwo\n", "", 0))
        self.assertGreater(done["seconds"], 0)
        self.assert_no_jobs()

    def test_a_status_and_a_time_limit_are_errors_with_what_was_printed(self):
        result = self.returned("""
          return {
            caught(k8s.run_job, box { command = "echo so far; exit 3" }),
            caught(k8s.run_job, box { command = "echo so far; sleep 100", timeout = "4s" }),
            k8s.run_job(box { command = "exit 3", check = false }).code,
          }""")
        self.assertEqual((result[0]["code"], result[0]["exit_code"], result[0]["stdout"]), ("exit", 3, "so far\n"))
        self.assertEqual((result[1]["code"], result[1]["stdout"]), ("timed_out", "so far\n"))
        self.assertEqual(result[2], 3)
        self.assert_no_jobs()

    def test_a_job_goes_with_its_owner(self):
        error = self.failure("""
          local map = k8s.apply { apiVersion = "v1", kind = "ConfigMap", metadata = { name = "m" } }
          forager.spawn(function()
            repeat forager.sleep(0.1) until #k8s.list("jobs") == 1
            k8s.delete("configmaps", "m")
          end)
          k8s.run_job(box { command = "sleep 1000", timeout = "5m",
            owner = { apiVersion = "v1", kind = "ConfigMap", name = "m", uid = map.metadata.uid } })""")
        self.assertNotEqual(error["code"], "timed_out", error)
        self.assert_no_jobs()

    def test_dollars_arrive_as_they_are(self):
        self.assertEqual(self.returned("""
          return k8s.run_job(box { command = { "sh", "-c", 'test $$ -gt 0 && echo "$1 $D"', "sh", "$(A) $$" },
            env = { A = "plain", D = "$(A) $$(A)" } }).stdout"""), "$(A) $$ $(A) $$(A)\n")

    def test_a_command_that_cannot_begin_says_why(self):
        problem = self.returned("""return caught(k8s.run_job, box { command = { "/nope" } })""")
        self.assertRegex(problem["message"], "StartError.*/nope.*no such file")

    def test_long_lines_and_a_last_one_without_an_end_come_as_they_are(self):
        done, heard = self.returned(r"""
          local heard = 0
          local done = k8s.run_job(box { command = "head -c 300000 /dev/zero | tr '\\0' y; echo; echo x; printf abc",
            on_line = function(line) heard = heard + #line end })
          return { done.stdout, heard }""")
        self.assertEqual((len(done), done[-7:], heard), (300_006, "y\nx\nabc", 300_004))

    def test_a_job_that_somebody_removes_is_no_success(self):
        problem = self.returned("""
          local task = forager.spawn(function()
            k8s.run_job(box { name = "victim", command = "trap 'exit 0' TERM; echo a; sleep 30 & wait" })
          end)
          local pod
          repeat
            forager.sleep "200ms"
            pod = k8s.list("pods", { labels = { ["forager.job"] = "victim" } })[1]
          until pod and pod.status.phase == "Running"
          k8s.delete("pods", pod.metadata.name)
          return caught(task.join, task)""")
        self.assertRegex(problem["message"], "removed")

    def test_who_is_cancelled_leaves_no_job(self):
        self.assertEqual(self.returned("""
          local task = forager.spawn(function() k8s.run_job(box { command = "sleep 100" }) end)
          forager.sleep "3s"
          task:cancel()
          return caught(task.join, task).code"""), "cancelled")
        self.assert_no_jobs()

    def test_pods_are_gone_before_the_program_is(self):
        run = self.begin("""
          k8s.run_job(box { command = "trap '' TERM; echo begun; sleep 300; sleep 300", on_line = function(line) print(line) end })""")
        self.assertEqual(run.stderr.readline(), "begun\n")
        run.send_signal(signal.SIGINT)
        self.assertEqual(run.wait(PATIENCE), 130)
        self.assertEqual((self.jobs(), self.pods()), ([], []))

    def test_volumes_and_rights_reach_the_pod(self):
        store = self.share("data")
        result = self.returned("""
          k8s.apply { apiVersion = "v1", kind = "ConfigMap", metadata = { name = "conf" }, data = { key = "hello" } }
          k8s.apply { apiVersion = "v1", kind = "Secret", metadata = { name = "keys" }, stringData = { word = "sesame" } }
          k8s.run_job(box { command = "echo kept >/data/file", volumes = { ["/data"] = "data" } })
          return k8s.run_job(box {
            command = "cat /data/file /conf/key /keys/word; touch /data/x || echo ' ro'; touch /tmp/x; touch /x || echo root; id -u",
            volumes = { ["/data"] = { claim = "data", read_only = true }, ["/conf"] = { config_map = "conf" },
              ["/keys"] = { secret = "keys" }, ["/tmp"] = { empty = true } },
            user = "7:8", read_only = true, new_privileges = false,
          }).stdout""")
        lines = [line for line in result.splitlines() if "touch" not in line]
        self.assertEqual(lines, ["kept", "hellosesame ro", "root", "7"])
        self.assertEqual((store / "file").read_text(), "kept\n")


class Names(KubernetesTest):
    def test_a_name_that_is_none_means_no_object_at_all(self):
        codes = self.returned("""
          k8s.apply { apiVersion = "v1", kind = "ConfigMap", metadata = { name = "kept" } }
          local codes = {}
          for _, name in ipairs { "", ".", ".." } do
            for _, call in ipairs { k8s.get, k8s.delete } do
              codes[#codes + 1] = caught(call, "configmaps", name).code
            end
            codes[#codes + 1] = caught(k8s.wait_ready, name).code
            codes[#codes + 1] = caught(k8s.logs, name).code
          end
          codes[#codes + 1] = caught(k8s.list, "pods", { deployment = "" }).code
          codes[#codes + 1] = caught(k8s.watch, "pods", { name = "" }).code
          assert(k8s.get("configmaps", "kept"))
          return codes""")
        self.assertEqual(codes, ["bad_arguments"] * 14)


class Pods(KubernetesTest):
    def setUp(self):
        super().setUp()
        self.run_box()

    def test_a_command_inside_is_run_as_a_command_is(self):
        result = self.returned(r"""
          local input = ("\0\255x\n"):rep(100000)
          local heard = {}
          local done = k8s.exec("box", "echo out; echo err >&2", {
            container = "main", on_line = function(line, stream) heard[#heard + 1] = stream .. " " .. line end })
          table.sort(heard)
          return {
            done = done, heard = heard,
            same = k8s.exec("box", "cat", { stdin = input }).stdout == input,
            words = k8s.exec("box", { "echo", "a b", 3 }).stdout,
            merged = k8s.exec("box", "echo out; sleep 1; echo err >&2", { merge = true }).stdout,
            failed = caught(k8s.exec, "box", "echo why >&2; exit 3"),
            code = k8s.exec("box", "exit 4", { check = false }).code,
            nobody = caught(k8s.exec, "nobody", "true").code,
          }""")
        self.assertEqual((result["done"]["stdout"], result["done"]["stderr"]), ("out\n", "err\n"))
        self.assertEqual(result["heard"], ["stderr err", "stdout out"])
        self.assertEqual((result["same"], result["words"], result["merged"]), (True, "a b 3\n", "out\nerr\n"))
        self.assertEqual((result["failed"]["code"], result["failed"]["exit_code"]), ("exit", 3))
        self.assertIn("in pod box ended with status 3: why", result["failed"]["message"])
        self.assertEqual((result["code"], result["nobody"]), (4, "not_found"))

    def test_a_command_that_takes_too_long_is_killed_with_what_it_began(self):
        result = self.returned("""
          local late = caught(k8s.exec, "box", "echo begun; sleep 4321 & sleep 4321", { timeout = "3s" })
          return { late = late, left = k8s.exec("box", "ps").stdout }""")
        self.assertEqual((result["late"]["code"], result["late"]["stdout"]), ("timed_out", "begun\n"))
        self.assertNotIn("4321", result["left"])

    def test_files_and_folders_go_in_and_come_out_as_they_are(self):
        source = self.folder / "in"
        (source / "deep" / "er").mkdir(parents=True)
        (source / "deep" / "er" / ("n" * 200)).write_bytes(os.urandom(100_000))
        (source / "Zürich 'x' -f").write_bytes(b"\0\1\2")
        (source / "big").write_bytes(os.urandom(1 << 20) * 20)
        (source / "empty").touch()
        self.returned("""
          k8s.copy_in("box", "FOLDER/in", "/tmp")
          k8s.copy_out("box", "/tmp/in", "FOLDER/out", { container = "main" })
          k8s.copy_in("box", "FOLDER/in/empty", "/tmp/in/deep")
          k8s.copy_out("box", "/tmp/in/deep/er", "FOLDER/part")""")
        self.assertEqual(subprocess.run(["diff", "-r", source, self.folder / "out" / "in"]).returncode, 0)
        self.assertEqual(subprocess.run(["diff", "-r", source / "deep" / "er", self.folder / "part" / "er"]).returncode, 0)

    def test_a_copy_that_cannot_be_is_told_in_the_words_of_tar(self):
        result = self.returned("""
          return {
            caught(k8s.copy_out, "box", "/nowhere", "FOLDER/out"),
            caught(k8s.copy_in, "box", "FOLDER/script1.lua", "/nowhere"),
            caught(k8s.copy_in, "box", "FOLDER/nothing", "/tmp"),
          }""")
        self.assertEqual([one["code"] for one in result], ["refused", "refused", "not_found"])
        self.assertRegex(result[0]["message"], "^cannot copy '/nowhere' out of pod 'box': .*No such file")
        self.assertRegex(result[1]["message"], "^cannot copy '.*' into pod 'box': .*/nowhere")

    def test_names_that_leave_the_folder_are_refused(self):
        problem = self.failure("""
          k8s.exec("box", "mkdir /tmp/bad; ln -s /etc /tmp/bad/link")
          k8s.copy_out("box", "/tmp/bad", "FOLDER/out")""")
        self.assertEqual(problem["code"], "refused")
        self.assertIn("leads out of the folder", problem["message"])

    def test_logs_are_read_and_followed(self):
        self.returned("""
          k8s.apply { apiVersion = "v1", kind = "Pod", metadata = { name = "talk" }, spec = { restartPolicy = "Never",
            containers = { { name = "main", image = "IMAGE", imagePullPolicy = "Never",
              command = { "sh", "-c", "echo a; sleep 1; echo b" } } } } }""")
        self.cluster.await_phase(self.space, "talk", "Running")
        result = self.returned("""
          local heard = {}
          local all = k8s.logs("talk", { follow = true, on_line = function(line) heard[#heard + 1] = line end })
          return { all = all, heard = heard, last = k8s.logs("talk", { tail = 1, container = "main" }) }""")
        self.assertEqual(result, {"all": "a\nb\n", "heard": ["a", "b"], "last": "b\n"})


class Documentation(KubernetesTest):
    def test_the_samples_do_what_they_say(self):
        """Their functions, with the image of the test bed."""
        page = (pathlib.Path(__file__).parents[2] / "docs" / "kubernetes.md").read_text()
        release, events = re.findall(r"```lua\n(.*?)```", page, re.DOTALL)
        self.script(release, "release.lua")
        self.script(events, "events.lua")
        self.start()
        id = self.submit("web.release", self.cluster.IMAGE)
        self.assertEqual(self.succeeded(id), 2)
        self.assertEqual(len(self.lines_of(id)), 2)
        (pod, _) = self.pods()
        self.until(lambda: "is gone" in self.pod_gone(pod), "the handler to be called")
        self.returned("""k8s.delete("deployments", "web", { wait = true, propagation = "foreground", grace = 0 })""")

    def pod_gone(self, pod):
        """The log, once a pod of the deployment was removed after the agent hears of them."""
        self.returned("""
          local pods = k8s.list("pods", { deployment = "web", fields = "status.phase=Running" })
          k8s.delete("pods", pods[1].metadata.name, { grace = 0 })""")
        return self.log_of_this_life()


if __name__ == "__main__":
    main()
