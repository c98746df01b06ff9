#include "app/agent/status_line.hpp"

#include <doctest/doctest.h>

using namespace forager;

TEST_SUITE("status line")
{
    TEST_CASE("it counts what runs and waits")
    {
        StatusView view;
        view.running = 3;
        view.waiting = 12;
        CHECK(status_line(view) == "3 running, 12 waiting");
        view.paused = true;
        CHECK(status_line(view) == "drained: begins nothing, 3 running, 12 waiting");
        view.stopping = true;
        CHECK(status_line(view) == "stopping, 3 running, 12 waiting");
    }

    TEST_CASE("what is wrong stands in it, the worst first")
    {
        StatusView view;
        view.scripts.push_back({"/etc/forager/scripts/a.lua", true, Failure{Errc::bad_arguments, "a typo"}, 0});
        CHECK(status_line(view) == "0 running, 0 waiting; a.lua does not load: a typo");
        view.loops.push_back({"files", LoopState::sleeping, 2, "no folder", {}});
        view.loops.push_back({"queue", LoopState::running, 0, "", {}});
        CHECK(status_line(view) == "0 running, 0 waiting; the loop files failed: no folder (and 1 more)");
        view.store_trouble = "the disk is full";
        CHECK(status_line(view) == "0 running, 0 waiting; the state file: the disk is full (and 2 more)");
    }

    TEST_CASE("it is one short line whatever is wrong")
    {
        StatusView view;
        view.store_trouble = "first\nREADY=1\n" + std::string(1000, 'x') + "\033[2J";
        const std::string line = status_line(view);
        CHECK(line.find('\n') == std::string::npos);
        CHECK(line.find('\033') == std::string::npos);
        CHECK(line.size() < 250);
    }
}
