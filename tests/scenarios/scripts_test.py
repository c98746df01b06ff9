#!/usr/bin/env python3
"""The scripts that an agent serves, loaded, broken, changed and gone: scripts_test.py FORAGER."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from agent_world import PRELUDE, Scenario, main

GOOD = 'forager.func { name = "good.say", run = function() return "VALUE" end }'


class Broken(Scenario):
    def statuses(self):
        return {pathlib.Path(one["path"]).name: one for one in self.result("status")["scripts"]}

    def test_one_that_does_not_load_is_named_and_left_out_and_others_work(self):
        broken = {"syntax.lua": "return +", "option.lua": 'forager.func { name = "bad.x", tiemout = 1, run = print }',
                  "raises.lua": 'forager.func { name = "bad.y", run = print } error "on purpose"',
                  "graph.lua": 'local w = forager.workflow "bad"\nw:task { "a", after = "b", run = print }'}
        for name, text in broken.items():
            self.script(text, name)
        self.serve(GOOD)
        statuses = self.statuses()
        log = self.log.read_text()
        for name, text in broken.items():
            self.assertIs(statuses[name]["serves"], False)
            self.assertIn("message", statuses[name]["problem"])
            self.assertIn(name, [line for line in log.splitlines() if " error " in line and name in line][0])
        self.assertTrue(statuses["syntax.lua"]["problem"]["where"].endswith(f"syntax.lua:{PRELUDE.count(chr(10)) + 1}"))
        self.assertIn("on purpose", statuses["raises.lua"]["problem"]["message"])
        self.assertEqual(statuses["script.lua"], {"path": str(self.scripts / "script.lua"), "serves": True})
        self.assertEqual(self.run_work("good.say"), "VALUE")
        for function in ("bad.x", "bad.y", "bad.a", "bad"):
            self.assertEqual(self.refusal("submit", function)["code"], "not_found")

    def test_one_with_a_bad_schedule_or_watch_takes_no_others_with_it(self):
        flow = 'local w = forager.workflow "NAME"\nw:task { "a", run = function() end }\n'
        for name, text in {"zone.lua": flow + 'w:cron("@daily", { zone = "Mars/X" })',
                           "twice.lua": flow + 'w:cron "@daily"\nw:cron "@daily"',
                           "watch.lua": 'forager.on("file:spool/*.csv", function() end)'}.items():
            self.script(text.replace("NAME", name[:-4]), name)
        self.serve(flow.replace("NAME", "fine") + 'w:cron "@daily"')
        statuses = self.statuses()
        self.assertIn("Mars/X", statuses["zone.lua"]["problem"]["message"])
        self.assertIn("twice", statuses["twice.lua"]["problem"]["message"])
        self.assertIn("begin with '/'", statuses["watch.lua"]["problem"]["message"])
        self.assertIs(statuses["script.lua"]["serves"], True)
        self.assertNotIn("stay as they were", self.log.read_text())

    def test_one_that_never_ends_is_left_out(self):
        for name, text in (("loops.lua", "while true do end"), ("sleeps.lua", 'forager.sleep "1h"')):
            self.script(text, name)
        self.serve(GOOD)
        for name in ("loops.lua", "sleeps.lua"):
            self.assertIs(self.statuses()[name]["serves"], False)
            self.assertIn("10 s", self.statuses()[name]["problem"]["message"])
        self.assertEqual(self.run_work("good.say"), "VALUE")

    def test_two_that_declare_the_same_name_do_not_both_serve_it(self):
        self.script(GOOD.replace("VALUE", "of a"), "a.lua")
        self.script(GOOD.replace("VALUE", "of b"), "b.lua")
        self.start()
        self.assertEqual(self.run_work("good.say"), "of a")
        problem = self.statuses()["b.lua"]["problem"]
        self.assertIn("good.say", problem["message"])

    def test_two_with_the_same_hook_do_not_both_serve_it(self):
        self.script('forager.on("http:POST /hooks/{a}", function() end)', "a.lua")
        self.script('forager.on("http:POST /hooks/{b}", function() end)', "b.lua")
        self.start()
        self.assertIn("a.lua", self.statuses()["b.lua"]["problem"]["message"])
        self.assertIs(self.statuses()["b.lua"]["serves"], False)
        self.assertNotIn("problem", self.statuses()["a.lua"])

    def test_a_new_version_that_is_bad_keeps_the_old_one(self):
        self.serve(GOOD)
        self.script("return +")
        refusal = self.refusal("reload")
        self.assertIn("script.lua:", refusal["message"])
        self.assertIn("the script as it was before goes on", refusal["message"])
        (script,) = refusal["scripts"]
        self.assertIs(script["serves"], True)
        self.assertIn("problem", script)
        self.assertIn("the script as it was before goes on", self.log.read_text())
        self.assertEqual(self.run_work("good.say"), "VALUE")
        self.script(GOOD.replace("VALUE", "mended"))
        self.assertNotIn("problem", self.result("reload")[0])
        self.assertEqual(self.run_work("good.say"), "mended")

    def test_a_bad_version_is_all_or_nothing(self):
        self.serve(GOOD)
        self.script(GOOD.replace("VALUE", "half") + ' forager.func { name = "good.more", run = print } error "stop"')
        self.refusal("reload")
        self.assertEqual(self.run_work("good.say"), "VALUE")
        self.assertEqual(self.refusal("submit", "good.more")["code"], "not_found")

    def test_an_agent_without_scripts_serves_what_is_built_in(self):
        self.start()
        self.assertEqual(self.run_work("echo.echo", "x"), "x")
        self.assertEqual(self.result("reload"), [])


class Reload(Scenario):
    def test_it_picks_up_what_is_changed_new_and_gone(self):
        self.script('forager.func { name = "old.say", run = function() return "old" end }', "old.lua")
        self.serve(GOOD)
        self.script(GOOD.replace("VALUE", "changed"))
        self.script('forager.func { name = "new.say", run = function() return "new" end }', "new.lua")
        (self.scripts / "old.lua").unlink()
        paths = [pathlib.Path(one["path"]).name for one in self.result("reload")]
        self.assertEqual(paths, ["new.lua", "script.lua"])
        self.assertEqual(self.run_work("good.say"), "changed")
        self.assertEqual(self.run_work("new.say"), "new")
        self.assertEqual(self.refusal("submit", "old.say")["code"], "not_found")

    def test_running_work_ends_on_what_it_started_with(self):
        text = 'forager.func { name = "t.hold", run = function() mark "begun" hold "gate" return "VALUE" end }'
        self.serve(text)
        id = self.submit("t.hold")
        self.await_mark("begun")
        self.script(text.replace("VALUE", "other"))
        self.result("reload")
        (self.scripts / "script.lua").unlink()
        self.result("reload")
        self.open_gate()
        self.assertEqual(self.succeeded(id), "VALUE")

    def test_running_work_may_still_run_the_workflows_of_its_script(self):
        text = """
local w = forager.workflow "w"
w:task { "one", run = function() return "VALUE" end }
w:task { "each", foreach = function() return { 1, 2 } end, when = function() return true end,
         run = function(_, one) return one end }
forager.func { name = "t.hold", run = function() mark "begun" hold "gate" return w:run() end }
"""
        self.serve(text)
        id = self.submit("t.hold")
        self.await_mark("begun")
        self.script(text.replace("VALUE", "other"))
        self.result("reload")
        self.open_gate()
        self.assertEqual(self.succeeded(id), {"one": "VALUE", "each": [1, 2]})

    def test_a_function_may_move_from_one_file_to_another(self):
        self.serve(GOOD)
        (self.scripts / "script.lua").unlink()
        self.script(GOOD.replace("VALUE", "moved"), "a.lua")
        self.result("reload")
        self.assertEqual(self.run_work("good.say"), "moved")

    def test_work_whose_function_is_gone_waits_for_it(self):
        self.serve(GOOD)
        id = self.submit("good.say", "--delay", "500ms")
        (self.scripts / "script.lua").unlink()
        self.result("reload")
        self.until(lambda: "good.say" in self.record(id)["note"], "its note")
        self.assertEqual(self.record(id)["state"], "waiting")
        self.assertEqual(self.result("status")["queue"], {"waiting": 1, "running": 0, "sleeping": 0, "paused": False})
        self.restart()
        self.until(lambda: "good.say" in self.record(id)["note"], "its note")
        self.script(GOOD.replace("VALUE", "back"))
        self.result("reload")
        self.assertEqual(self.succeeded(id), "back")

    def test_work_whose_function_is_gone_can_be_cancelled(self):
        self.serve(GOOD)
        id = self.submit("good.say", "--delay", "500ms")
        (self.scripts / "script.lua").unlink()
        self.result("reload")
        self.until(lambda: "good.say" in self.record(id)["note"], "its note")
        self.result("cancel", id)
        self.assertEqual(self.end_of(id)["state"], "cancelled")
        self.assertEqual(self.result("status")["queue"], {"waiting": 0, "running": 0, "sleeping": 0, "paused": False})

    def test_of_one_order_key_the_rest_waits_behind_what_lacks_its_function(self):
        self.serve(GOOD)
        self.script('forager.func { name = "t.mark", run = function(ctx, line) mark(line) end }', "mark.lua")
        self.result("reload")
        first = self.submit("good.say", "--delay", "500ms", "--key", "k")
        (self.scripts / "script.lua").unlink()
        self.result("reload")
        self.until(lambda: "good.say" in self.record(first)["note"], "its note")
        second = self.submit("t.mark", "second", "--key", "k")
        self.assertEqual(self.record(second)["state"], "waiting")
        self.result("cancel", first)
        self.succeeded(second)


class Every(Scenario):
    TICK = 'forager.every("50ms", function(ctx) mark "VALUE" end)'

    def test_it_ticks_again_after_a_kill(self):
        self.serve(self.TICK)
        self.await_mark("VALUE", 3)
        self.kill()
        seen = len(self.marks())
        self.start()
        self.await_mark("VALUE", seen + 3)

    def test_a_tick_that_fails_is_logged_and_the_next_comes(self):
        self.serve('forager.every("50ms", function(ctx) mark "tick" error "no luck" end)')
        self.await_mark("tick", 3)
        self.assertIn("no luck", self.log.read_text())

    def test_a_tick_that_takes_long_is_not_overtaken(self):
        self.serve('forager.every("10ms", function(ctx) mark "begin" hold "gate" mark "end" end)')
        self.await_mark("begin")
        self.serve_something()
        self.assertEqual(self.marks(), ["begin"])
        self.open_gate()
        self.await_mark("end", 2)

    def serve_something(self):
        """Time for other ticks, if there were any."""
        for _ in range(5):
            self.run_work("sleep.sleep", "20")

    def test_reload_ends_the_old_ticks(self):
        self.serve(self.TICK)
        self.await_mark("VALUE")
        self.script(self.TICK.replace("VALUE", "other"))
        self.result("reload")
        (self.folder / "marks").unlink(missing_ok=True)
        self.await_mark("other", 3)
        self.assertNotIn("VALUE", self.marks())
        (self.scripts / "script.lua").unlink()
        self.result("reload")
        self.assertEqual([loop["name"] for loop in self.result("status")["loops"] if "every" in loop["name"]], [])

    def test_it_is_a_loop_in_status(self):
        self.serve(self.TICK)
        loops = {loop["name"]: loop for loop in self.result("status")["loops"]}
        (name,) = [name for name in loops if "every" in name]
        self.assertIn("script.lua", name)


if __name__ == "__main__":
    main()
