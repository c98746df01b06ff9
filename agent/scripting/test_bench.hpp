// What `require "forager.test"` asks of whoever runs a file of tests: the composition root implements it. On the
// strand.
#pragma once

#include "base/time.hpp"
#include "core/outcome.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>
#include <vector>

namespace forager::scripting {

/// One test of a file, as it declares it.
struct DeclaredTest {
    std::string name;
    std::string where; ///< FILE:LINE
    std::string skip;  ///< why it is left out; empty: it is not
    bool kill = false; ///< it is run again and again, and durable functions are killed at another step each time
    int function = 0;  ///< in the registry of the file's state
};

class TestBench {
public:
    virtual ~TestBench() = default;

    /// Failures: a declaration (a name that stands twice).
    virtual Result<void> declare(DeclaredTest test) = 0;

    /// The function of the file's state that answers what scripts ask of the world: (name, arguments, place, stub) →
    /// "world"; or "answer", the value, and the lines that the script hears meanwhile.
    virtual void answer_with(int function) = 0;

    /// From now on a call of the function of this name is answered as what reaches the world is.
    virtual void stand_in(const std::string& function) = 0;

    /// Loads a script, named as beside the file of tests, as an agent does. Failures: what its loading failed with.
    virtual boost::asio::awaitable<Outcome> load(std::string path) = 0;

    /// Calls a function, and goes on with it after a restart if it is killed. A single table with names is keyword
    /// arguments.
    virtual boost::asio::awaitable<Outcome> call(std::string function, std::vector<Value> args) = 0;

    /// Lets time go by. Failures: the first of what schedules began since the last time.
    virtual boost::asio::awaitable<Outcome> advance(Duration time) = 0;

    /// An event happens: whoever handles it has ended when this returns. Gives what the last handler gave. Failures:
    /// not_found, with what there is; what a handler failed with.
    virtual boost::asio::awaitable<Outcome> happen(std::string event, Value payload) = 0;

    /// The agent is killed and starts again: scripts are loaded anew, what was recorded and kept is still there.
    virtual boost::asio::awaitable<Outcome> restart() = 0;

    /// The test has failed, whatever it goes on to do.
    virtual void complain(Failure problem) = 0;

    /// What scripts have said.
    virtual std::vector<std::string> lines() const = 0;
};

} // namespace forager::scripting
