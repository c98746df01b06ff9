#!/usr/bin/env python3
"""What durable functions and workflows keep when the agent is killed: durable_test.py FORAGER."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from agent_world import Scenario, main

STEPS = """
forager.func { name = "d.steps", durable = true, run = function(ctx)
  local first = ctx:step("first", function() mark "first" return { n = 1, list = {} } end)
  local second = ctx:step("second", function() mark "second" hold "gate" return 2 end)
  mark "behind"
  return { first.n, second }
end }
"""


class Killed(Scenario):
    """The agent is killed at one place, and a later one goes on from there."""

    def test_in_a_step(self):
        self.serve(STEPS)
        id = self.submit("d.steps")
        self.await_mark("second")
        self.restart()
        self.await_mark("second", 2)
        self.open_gate()
        self.assertEqual(self.succeeded(id), [1, 2])
        self.assertEqual(self.marks(), ["first", "second", "second", "behind"])
        self.assertEqual(self.result("show", id)["steps"],
                         [{"step": step, "ok": True} for step in ("step first", "step second", "version")])

    def test_lines_are_written_once(self):
        self.serve("""
        forager.func { name = "d.says", durable = true, run = function(ctx)
          ctx:log "one"
          ctx:step("first", function() ctx:log "in a step" end)
          ctx:log "two"
          ctx:wait "go"
          ctx:log "three"
          ctx:wait "go"
          ctx:log "four"
        end }""")
        id = self.submit("d.says")
        self.await_state(id, "sleeping")
        self.result("signal", id, "go")
        self.until(lambda: "three" in self.lines_of(id), "the second wait")
        self.restart()
        self.await_state(id, "sleeping")
        self.result("signal", id, "go")
        self.succeeded(id)
        lines = self.lines_of(id)
        self.assertEqual([lines.count(line) for line in ("one", "in a step", "two", "four")], [1, 1, 1, 1], lines)

    def test_in_a_function_that_is_not_durable(self):
        self.serve(STEPS.replace("durable = true,", ""))
        id = self.submit("d.steps")
        self.await_mark("second")
        self.restart()
        self.await_mark("second", 2)
        self.open_gate()
        self.assertEqual(self.succeeded(id), [1, 2])
        self.assertEqual(self.marks(), ["first", "second"] * 2 + ["behind"])

    def test_in_a_sleep(self):
        self.serve("""
        forager.func { name = "d.sleep", durable = true, run = function(ctx)
          local before = ctx:step("before", function() mark "before" return os.time() end)
          ctx:sleep "2s"
          return ctx:step("after", function() mark "after" return os.time() end) - before
        end }""")
        id = self.submit("d.sleep")
        self.assertTrue(self.await_state(id, "sleeping")["note"].startswith("until 20"))
        self.restart()
        self.assertGreaterEqual(self.succeeded(id), 1)  # whole seconds: 2 s show as 1 at least
        self.assertEqual(self.marks(), ["before", "after"])

    def test_again_and_again_in_a_long_sleep(self):
        self.serve("""
        forager.func { name = "d.sleep", durable = true, run = function(ctx) mark "begun" ctx:sleep "1h" end }""")
        id = self.submit("d.sleep")
        for times in range(1, 9):
            self.await_mark("begun", times)
            note = self.await_state(id, "sleeping")["note"]
            self.restart() if times % 2 else (self.stop(), self.start())
        self.assertEqual(self.await_state(id, "sleeping")["note"], note)

    def test_while_it_waits_for_a_signal(self):
        self.serve("""
        forager.func { name = "d.wait", durable = true, run = function(ctx)
          ctx:step("before", function() mark "before" end)
          return { got = ctx:wait "go" }
        end }""")
        id = self.submit("d.wait")
        self.await_state(id, "sleeping")
        self.restart()
        self.await_state(id, "sleeping")
        self.result("signal", id, "go", '{"n":[1,2]}')
        self.assertEqual(self.succeeded(id), {"got": {"n": [1, 2]}})
        self.assertEqual(self.marks(), ["before"])

    def test_after_it_heard_a_signal(self):
        self.serve("""
        forager.func { name = "d.wait", durable = true, run = function(ctx)
          local first, second = ctx:wait "go", ctx:wait "go"
          hold "gate"
          return { first, second }
        end }""")
        id = self.submit("d.wait")
        for value in ("one", "two"):
            self.result("signal", id, "go", value)
        self.await_state(id, "running")
        self.until(lambda: len(self.result("show", id)["steps"]) == 3, "both signals to be recorded")
        self.restart()
        self.open_gate()
        self.assertEqual(self.succeeded(id), ["one", "two"])

    def test_in_a_call(self):
        self.serve("""
        forager.func { name = "d.plain", run = function(ctx, n) mark("plain " .. n) return n end }
        forager.func { name = "d.inner", durable = true, run = function(ctx)
          local kept = ctx:step("kept", function() mark "kept" return 10 end)
          ctx:step("held", function() mark "held" hold "gate" end)
          return kept
        end }
        forager.func { name = "d.outer", durable = true, run = function(ctx)
          return ctx:call("d.plain", 1) + ctx:call("d.plain", 2) + ctx:call "d.inner"
        end }""")
        id = self.submit("d.outer")
        self.await_mark("held")
        self.restart()
        self.await_mark("held", 2)
        self.open_gate()
        self.assertEqual(self.succeeded(id), 13)
        self.assertEqual(self.marks(), ["plain 1", "plain 2", "kept", "held", "held"])

    def test_in_a_task_of_a_workflow(self):
        self.serve("""
        local flow = forager.workflow "flow"
        local a = flow:task { "a", run = function() mark "a" return { x = 1 } end }
        local b = flow:task { "b", args = { a.x }, run = function(ctx, x) mark "b" hold "gate" return x + 1 end }
        flow:task { "c", args = { b }, run = function(ctx, y) mark "c" return y + 1 end }""")
        id = self.submit("flow")
        self.await_mark("b")
        self.restart()
        self.await_mark("b", 2)
        self.open_gate()
        self.assertEqual(self.succeeded(id), {"a": {"x": 1}, "b": 2, "c": 3})
        self.assertEqual(self.marks(), ["a", "b", "b", "c"])

    def test_in_an_item_of_foreach(self):
        self.serve("""
        local flow = forager.workflow "flow"
        flow:task { "each", concurrency = 1, args = { forager.item },
          foreach = function() mark "list" return { "a", "b", "c", "d" } end,
          run = function(ctx, item)
            mark(item)
            if item == "c" then hold "gate" end
            return item .. "!"
          end }""")
        id = self.submit("flow")
        self.await_mark("c")
        self.restart()
        self.await_mark("c", 2)
        self.open_gate()
        self.assertEqual(self.succeeded(id), {"each": ["a!", "b!", "c!", "d!"]})
        self.assertEqual(self.marks(), ["list", "a", "b", "c", "c", "d"])

    def test_in_a_workflow_of_durable_functions(self):
        self.serve(STEPS + """
        local flow = forager.workflow "flow"
        flow:task { "steps", call = "d.steps" }""")
        id = self.submit("flow")
        self.await_mark("second")
        self.restart()
        self.await_mark("second", 2)
        self.open_gate()
        self.assertEqual(self.succeeded(id), {"steps": [1, 2]})
        self.assertEqual(self.marks(), ["first", "second", "second", "behind"])

    def test_between_time_and_chance(self):
        self.serve("""
        forager.func { name = "d.seen", durable = true, run = function(ctx)
          local seen = ("%.9f %d %.17g"):format(ctx:now(), ctx:random(1000000000), ctx:random())
          mark(seen)
          hold "gate"
          return seen
        end }""")
        id = self.submit("d.seen")
        seen = self.until(self.marks, "what it saw")[0]
        self.restart()
        self.await_mark(seen, 2)
        self.open_gate()
        self.assertEqual(self.succeeded(id), seen)

    def test_under_steps_that_are_done_at_once(self):
        self.serve("""
        forager.func { name = "d.all", durable = true, run = function(ctx)
          local function step(name, gate)
            return function()
              return ctx:step(name, function() mark(name) if gate then hold(gate) end return name end)
            end
          end
          return { forager.all(step("a"), step("b", "gate"), step("c")) }
        end }""")
        id = self.submit("d.all")
        self.until(lambda: len(self.result("show", id)["steps"]) == 3 and "b" in self.marks(),
                   "two of three to be kept")
        self.restart()
        self.await_mark("b", 2)
        self.open_gate()
        self.assertEqual(self.succeeded(id), ["a", "b", "c"])
        self.assertEqual(sorted(self.marks()), ["a", "b", "b", "c"])

    def test_so_often_that_it_is_given_up(self):
        self.serve(STEPS)
        id = self.submit("d.steps")
        for times in range(1, 6):
            self.await_mark("second", times)
            self.restart()
        error = self.failed(id)
        self.assertEqual(error["code"], "limit")
        self.assertIn("died 5 times", error["message"])
        self.open_gate()
        self.result("retry", id)
        self.assertEqual(self.succeeded(id), [1, 2])
        self.assertEqual(self.marks().count("first"), 1)

    def test_often_but_with_a_step_between_any_two(self):
        self.serve("""
        forager.func { name = "d.long", durable = true, run = function(ctx)
          for n = 1, 8 do
            ctx:step("s" .. n, function() mark(n) hold("gate" .. n) end)
          end
          return "done"
        end }""")
        id = self.submit("d.long")
        for n in range(1, 9):
            self.await_mark(str(n))
            self.restart()
            self.await_mark(str(n), 2)
            self.open_gate(f"gate{n}")
        self.assertEqual(self.succeeded(id), "done")

    def test_under_a_client_that_waits(self):
        self.serve(STEPS)
        id = self.submit("d.steps", "--idempotency-key", "k")
        self.await_mark("second")
        self.kill()
        self.open_gate()
        self.start()
        self.assertEqual(self.run_work("d.steps", "--idempotency-key", "k"), [1, 2])
        self.succeeded(id)


class Signals(Scenario):
    WAIT = """
    forager.func { name = "d.wait", durable = true, run = function(ctx)
      mark "begun"
      hold "gate"
      return ctx:wait "go"
    end }
    forager.func { name = "d.late", durable = true, run = function(ctx)
      local ok, problem = pcall(ctx.wait, ctx, "go", { timeout = "300ms" })
      return { ok = ok, code = problem.code, message = problem.message }
    end }
    forager.func { name = "d.plain", run = function(ctx) return ctx:wait "go" end }
    """

    def test_one_that_comes_before_the_wait_is_kept(self):
        self.serve(self.WAIT)
        id = self.submit("d.wait")
        self.await_mark("begun")
        self.result("signal", id, "other", "wrong")
        self.result("signal", id, "go", "early")
        self.restart()
        self.open_gate()
        self.assertEqual(self.succeeded(id), "early")

    def test_one_that_comes_before_the_beginning_is_kept(self):
        self.serve(self.WAIT)
        self.open_gate()
        id = self.submit("d.wait", "--delay", "1s")
        self.result("signal", id, "go", "17")
        self.assertEqual(self.succeeded(id), 17)

    def test_one_without_a_value_gives_nil(self):
        self.serve(self.WAIT)
        self.open_gate()
        id = self.submit("d.wait")
        self.result("signal", id, "go")
        self.assertIsNone(self.succeeded(id))

    def test_an_empty_value_is_the_empty_text(self):
        self.serve(self.WAIT)
        self.open_gate()
        id = self.submit("d.wait")
        self.result("signal", id, "go", "")
        self.assertEqual(self.succeeded(id), "")

    def test_nobody_and_ended_work_hear_none(self):
        self.serve(self.WAIT)
        self.assertEqual(self.refusal("signal", "nobody", "go")["code"], "not_found")
        self.open_gate()
        id = self.submit("d.wait")
        self.result("signal", id, "go")
        self.succeeded(id)
        error = self.refusal("signal", id, "go")
        self.assertEqual(error["code"], "refused")
        self.assertIn("has ended", error["message"])

    def test_a_wait_has_its_end(self):
        self.serve(self.WAIT)
        late = self.run_work("d.late")
        self.assertEqual((late["ok"], late["code"]), (False, "timed_out"))
        self.assertIn("'go'", late["message"])

    def test_only_durable_functions_wait(self):
        self.serve(self.WAIT)
        error = self.refusal("submit", "d.plain", "--wait")
        self.assertIn("durable = true", error["message"])


class Changed(Scenario):
    """The script is another one when the work goes on."""

    SCRIPT = """
    forager.func { name = "d.changing", durable = true, OPTIONS run = function(ctx)
      ctx:step("first", function() mark "first" end)
      mark "TEXT"
      hold "gate"
      return "TEXT"
    end }"""

    def change(self, before, after):
        """Kills the agent while the old version runs, and gives the id once a new agent has the new one."""
        old = self.SCRIPT.replace("OPTIONS", before).replace("TEXT", "old")
        self.serve(old)
        id = self.submit("d.changing")
        self.await_mark("old")
        self.kill()
        self.open_gate()
        self.script(self.SCRIPT.replace("OPTIONS", after).replace("TEXT", "new"))
        self.start()
        return id

    def test_it_goes_on_and_says_so(self):
        id = self.change("", "")
        self.assertEqual(self.succeeded(id), "new")
        self.assertEqual(self.marks(), ["first", "old", "new"])
        self.assertIn("its script has changed", self.lines_of(id)[-1])

    def test_it_fails_where_its_author_wants_that(self):
        error = self.failed(self.change('changed = "fail",', 'changed = "fail",'))
        self.assertEqual(error["code"], "refused")
        self.assertIn("d.changing cannot go on", error["message"])
        self.assertEqual(self.marks(), ["first", "old"])

    def test_the_same_version_is_the_same_code(self):
        id = self.change("version = 1,", "version = 1,")
        self.assertEqual(self.succeeded(id), "new")
        self.assertEqual(self.lines_of(id), [])

    def test_another_version_fails(self):
        error = self.failed(self.change("version = 1,", 'version = "2b",'))
        self.assertIn("began with version 1, and now there is version 2b", error["message"])

    def test_another_version_goes_on_where_its_author_wants_that(self):
        id = self.change("version = 1,", 'version = 2, changed = "continue",')
        self.assertEqual(self.succeeded(id), "new")
        self.assertIn("version 2", self.lines_of(id)[-1])

    def test_what_was_refused_can_be_retried_with_the_code_it_began_with(self):
        id = self.change("version = 1,", "version = 2,")
        self.failed(id)
        self.script(self.SCRIPT.replace("OPTIONS", "version = 1,").replace("TEXT", "old"))
        self.result("reload")
        self.result("retry", id)
        self.assertEqual(self.succeeded(id), "old")
        self.assertEqual(self.marks(), ["first", "old", "old"])


class Steps(Scenario):
    def test_a_result_that_is_no_data_is_refused_at_once(self):
        self.serve("""
        forager.func { name = "d.bad", durable = true, run = function(ctx)
          ctx:step("bad", function() mark "bad" return { f = print } end)
        end }""")
        error = self.refusal("submit", "d.bad", "--retries", "3", "--wait")
        self.assertIn("step 'bad'", error["message"])
        self.assertIn("function", error["message"])
        self.assertEqual(self.marks(), ["bad"])

    def test_one_that_fails_is_done_again_in_the_next_try_and_others_are_not(self):
        self.serve("""
        forager.func { name = "d.try", durable = true, retries = 2, run = function(ctx)
          local first = ctx:step("first", function() mark "first" return 1 end)
          return first + ctx:step("second", function()
            mark "second"
            sh { "sh", "-c", "test $(grep -c second FOLDER/marks) = 3" }
            return 2
          end)
        end }""")
        id = self.submit("d.try")
        self.assertEqual(self.succeeded(id), 3)
        self.assertEqual(self.marks(), ["first", "second", "second", "second"])
        self.assertEqual(self.record(id)["tries"], 2)

    def test_one_that_fails_can_be_caught_and_fails_again_after_a_restart(self):
        self.serve("""
        forager.func { name = "d.caught", durable = true, run = function(ctx)
          local ok, problem = pcall(ctx.step, ctx, "bad", function() mark "bad" error { code = "mine", detail = 7 } end)
          mark "behind"
          hold "gate"
          return { ok = ok, code = problem.code, detail = problem.detail }
        end }""")
        id = self.submit("d.caught")
        self.await_mark("behind")
        self.restart()
        self.await_mark("behind", 2)
        self.open_gate()
        self.assertEqual(self.succeeded(id), {"ok": False, "code": "mine", "detail": 7})
        self.assertEqual(self.marks(), ["bad", "behind", "behind"])

    def test_tries_are_counted_across_a_kill(self):
        self.serve("""
        forager.func { name = "d.try", durable = true, retries = 1, run = function(ctx)
          mark "try"
          if #forager.sh("grep try FOLDER/marks").stdout > #"try\\n" then hold "gate" end
          error "no luck"
        end }""")
        id = self.submit("d.try")
        self.await_mark("try", 2)
        self.restart()
        self.await_mark("try", 3)
        self.open_gate()
        self.failed(id)
        self.assertEqual(self.marks(), ["try"] * 3)

    def test_a_retry_keeps_what_was_recorded(self):
        self.serve("""
        forager.func { name = "d.retry", durable = true, run = function(ctx)
          ctx:step("first", function() mark "first" end)
          ctx:step("second", function() mark "second" sh "test -e FOLDER/gate" end)
          return "done"
        end }""")
        id = self.submit("d.retry")
        self.assertEqual(self.failed(id)["code"], "exit")
        self.open_gate()
        self.result("retry", id)
        self.assertEqual(self.succeeded(id), "done")
        self.assertEqual(self.marks(), ["first", "second", "second"])
        self.assertIn("nothing to try again", self.refusal("retry", id)["message"])

    def test_a_workflow_is_retried_from_the_task_that_failed(self):
        self.serve("""
        local flow = forager.workflow "flow"
        flow:task { "a", run = function() mark "a" end }
        flow:task { "b", after = "a", run = function() mark "b" sh "test -e FOLDER/gate" return 2 end }""")
        id = self.submit("flow")
        self.failed(id)
        self.open_gate()
        self.result("retry", id)
        self.assertEqual(self.succeeded(id)["b"], 2)
        self.assertEqual(self.marks(), ["a", "b", "b"])


class Cancel(Scenario):
    SCRIPT = """
    forager.func { name = "d.hold", durable = true, run = function(ctx) mark "begun" hold "gate" end }
    forager.func { name = "d.sleep", durable = true, run = function(ctx) ctx:sleep "1h" end }
    forager.func { name = "d.call", durable = true, run = function(ctx) return ctx:call "d.sleep" end }
    """

    def cancelled(self, id):
        self.result("cancel", id)
        self.assertEqual(self.end_of(id)["state"], "cancelled")
        self.assertIn("has ended", self.refusal("cancel", id)["message"])
        self.restart()
        self.assertEqual(self.record(id)["state"], "cancelled")
        status = self.result("status")
        self.assertEqual(status["queue"], {"waiting": 0, "running": 0, "sleeping": 0, "paused": False})

    def test_of_what_waits(self):
        self.serve(self.SCRIPT)
        self.cancelled(self.submit("d.hold", "--delay", "1h"))
        self.assertEqual(self.marks(), [])

    def test_of_what_runs_ends_its_children(self):
        self.serve(self.SCRIPT)
        id = self.submit("d.hold")
        self.await_mark("begun")
        self.until(self.children, "a child")
        self.result("cancel", id)
        self.assertEqual(self.end_of(id)["state"], "cancelled")
        self.assertEqual(self.children(), [])

    def test_of_what_sleeps(self):
        for function in ("d.sleep", "d.call"):
            with self.subTest(function):
                if self.agent:
                    self.kill()
                self.serve(self.SCRIPT)
                id = self.submit(function)
                self.until(lambda: self.record(id)["state"] == "sleeping" or function == "d.call", "its sleep")
                self.cancelled(id)

    def test_of_what_waits_to_be_tried_again(self):
        self.serve('forager.func { name = "d.fail", retries = 1000, run = function() error "no luck" end }')
        id = self.submit("d.fail")
        self.await_state(id, "sleeping")
        self.cancelled(id)

    def test_can_be_taken_back(self):
        self.serve(self.SCRIPT)
        id = self.submit("d.hold", "--delay", "1h")
        self.result("cancel", id)
        self.open_gate()
        self.result("retry", id)
        self.succeeded(id)


if __name__ == "__main__":
    main()
