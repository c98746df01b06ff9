// An interpreter that stays: it runs one Python call at a time, and what a call defines is there for the next. For
// functions, on the strand.
#pragma once

#include "core/outcome.hpp"
#include "ports/clock.hpp"
#include "ports/process_runner.hpp"
#include "primitives/python.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string>

namespace forager {

class PythonWorker {
public:
    /// Both must outlive it and its interpreter.
    PythonWorker(ProcessRunner& runner, Clock& clock);
    PythonWorker(const PythonWorker&) = delete;
    PythonWorker& operator=(const PythonWorker&) = delete;
    /// An interpreter that is still there is asked to end.
    ~PythonWorker();

    /// As `run_python`, but the interpreter is started by the first call, with its `python` and `cwd`, and lives on. A
    /// call without code uses what is defined. Not for it: `file`, `folder`, `limits` and `scope`. One call at a time.
    /// The interpreter is gone when this returns after a crash, a timeout, or a cancellation.
    boost::asio::awaitable<Outcome> run(PythonCall call);

    /// Whether there is an interpreter.
    bool alive() const;

    /// Ends the interpreter and all that was started in it, and waits until they are gone.
    boost::asio::awaitable<void> end();

private:
    class Interpreter;

    boost::asio::awaitable<Outcome> in_time(PythonCall call);
    boost::asio::awaitable<Outcome> attempt(PythonCall call);
    boost::asio::awaitable<Result<void>> start(std::string python, std::string cwd);

    ProcessRunner& runner_;
    Clock& clock_;
    std::shared_ptr<Interpreter> interpreter_; // its own coroutine holds it, too
};

} // namespace forager
