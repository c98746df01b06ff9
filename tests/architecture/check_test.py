#!/usr/bin/env python3
"""Proves the check: each test lays a small tree with one offence, and expects the sentence that names it."""
import sys
import tempfile
import unittest
from pathlib import Path

from check import Architecture

TREE = {
    "dev": "",
    "agent/main.cpp": '#include "cli/command.hpp"\n',
    "agent/base/text.hpp": "#include <string>\n#include <boost/system/error_code.hpp>\n",
    "agent/runtime/scheduler.cpp": '#include "runtime/scheduler.hpp"\n#include "core/value.hpp"\n#include <chrono>\n',
    "agent/scripting/bindings/unix.cpp": '#include "primitives/unix.hpp"\n#include "scripting/state.hpp"\n#include <lua.h>\n',
    "agent/app/app.cpp": '#include "sources/cron/cron_source.hpp"\n',
    "agent/io/formats/toml.cpp": "#include <toml++/toml.h>\n",
    "lua/forager/init.lua": 'local json = require "forager.json"\n',
    "lua/meta/unix.lua": "---@meta\n",
    "scripts/hello.lua": 'local forager = require "forager"\nlocal json = require("forager.json")\n',
}


class CheckTest(unittest.TestCase):
    def offences(self, changes):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in {**TREE, **changes}.items():
                path = Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            return Architecture(folder).check()[0]

    def refused(self, file, text, *sentences):
        found = self.offences({file: text})
        self.assertEqual(len(found), 1, found)
        for sentence in sentences:
            self.assertIn(sentence, found[0])

    def test_a_tree_that_keeps_the_rules_has_no_offence(self):
        self.assertEqual(self.offences({}), [])

    def test_an_include_of_a_higher_rank_is_named_with_its_line_and_what_is_allowed(self):
        found = self.offences({"agent/runtime/scheduler.cpp": '#include "core/a.hpp"\n#include "clients/docker.hpp"\n'})
        self.assertEqual(found, [
            'agent/runtime/scheduler.cpp:2 includes "clients/docker.hpp"\n'
            "  runtime (rank 3) may look at base, core, ports. Talk to a port, or move the decision up."])

    def test_folders_of_the_same_rank_do_not_see_each_other(self):
        self.refused("agent/runtime/a.cpp", '#include "io/http.hpp"\n', 'includes "io/http.hpp"', "runtime (rank 3)")
        self.refused("agent/config/a.cpp", '#include "control/a.hpp"\n', "config (rank 7) may look at")

    def test_sources_do_not_see_the_runtime_or_primitives(self):
        self.refused("agent/sources/cron/a.cpp", '#include "runtime/a.hpp"\n', "base, core, ports, io, clients.")
        self.refused("agent/sources/cron/a.cpp", '#include "primitives/a.hpp"\n', "sources (rank 5)")

    def test_scripting_never_sees_a_protocol(self):
        self.refused("agent/scripting/bindings/a.cpp", '#include "clients/redis/a.hpp"\n', "scripting (rank 6)")

    def test_main_sees_only_the_command_line(self):
        self.refused("agent/main.cpp", '#include "app/app.hpp"\n', "main.cpp may look at cli.")

    def test_an_include_that_does_not_begin_at_agent_is_refused(self):
        self.refused("agent/base/a.cpp", '#include "text.hpp"\n', "Write the path from agent/.")
        self.refused("agent/base/a.cpp", '#include "../core/value.hpp"\n', "Write the path from agent/.")

    def test_base_and_core_include_only_the_standard_library_and_boost_system(self):
        self.refused("agent/base/a.cpp", "#include <boost/asio.hpp>\n", "base may include C++'s own headers")
        self.refused("agent/core/a.cpp", "#include <boost/json.hpp>\n", "core may include C++'s own headers")
        self.refused("agent/core/a.cpp", "#include <unistd.h>\n", "includes <unistd.h>")

    def test_headers_of_ports_include_nothing_of_asio_but_its_coroutines(self):
        self.refused("agent/ports/a.hpp", "#include <boost/asio/post.hpp>\n", "a header of ports may include")
        self.assertEqual(self.offences({"agent/ports/a.cpp": "#include <boost/asio/post.hpp>\n"}), [])
        self.assertEqual(self.offences({"agent/ports/a.hpp": "#include <boost/asio/awaitable.hpp>\n"}), [])

    def test_toml_stays_behind_its_door(self):
        self.refused("agent/cli/a.cpp", "#include <toml++/toml.h>\n", "Only config, io/formats may")
        self.refused("agent/io/a.cpp", "#include <toml++/toml.h>\n", "Only config, io/formats may")

    def test_lua_stays_in_scripting(self):
        self.refused("agent/cli/a.cpp", "#include <lua.hpp>\n", "Only scripting may")

    def test_a_new_folder_needs_a_rank(self):
        self.refused("agent/helpers/a.cpp", '#include "base/a.hpp"\n', "agent/helpers has no rank")
        self.refused("agent/loose.cpp", '#include "cli/a.hpp"\n', "agent/loose.cpp has no rank")

    def test_the_top_level_is_as_given(self):
        self.refused("tools/a.sh", "", "tools lies at the top level")
        self.assertEqual(self.offences({"build/a": "", ".editorconfig": ""}), [])

    def test_the_library_never_requires_a_script_nor_a_module_its_own_front(self):
        self.refused("lua/forager/a.lua", 'local a = require "scripts.hello"\n', 'requires "scripts.hello"',
                     "lua/forager may require forager.*.")
        self.refused("lua/forager/a.lua", 'local a = require("forager")\n', 'lua/forager/a.lua:1 requires "forager"')

    def test_the_file_that_starts_the_library_may_require_its_front(self):
        self.assertEqual(self.offences({"lua/forager/boot.lua": 'library.require "forager"\n'}), [])

    def test_scripts_require_only_the_library(self):
        self.refused("scripts/examples/a.lua", "\nlocal a = require 'socket'\n", "scripts/examples/a.lua:2",
                     "scripts may require forager, forager.*.")

    def test_a_comment_requires_nothing(self):
        self.assertEqual(self.offences({"scripts/a.lua": '-- require "socket"\n'}), [])


if __name__ == "__main__":
    done = unittest.main(exit=False).result
    bad = len(done.failures) + len(done.errors)
    print(f"{done.testsRun - bad} passed, {bad} failed")
    sys.exit(1 if bad else 0)
