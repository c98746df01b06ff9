// Where scripts meet the world: every call that waits passes here, and whoever guards the border says who answers it.
// `check` answers with stubs, `forager test` with fakes. On the strand.
#pragma once

#include "base/time.hpp"
#include "core/outcome.hpp"
#include "scripting/binding.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace forager::scripting {

/// One call on its way out.
struct Crossing {
    std::string name;           ///< as scripts know it: "sh", "docker.run"
    bool outside = true;        ///< false: it waits for something of the agent's own, a recorded step for one
    const char* stub = nullptr; ///< JSON of a plausible answer; null: it gives nothing
    Request request;            ///< the arguments as data, and who asks
    Waiting world;              ///< the real answer: `call.world(std::move(call.request))`
};

class Border {
public:
    virtual ~Border() = default;

    /// Called while the task that asks is the current one; what it gives runs later, and is cancelled with the task.
    virtual boost::asio::awaitable<Outcome> answer(Crossing call) = 0;

    /// What a script is told that asks for the time.
    virtual WallTime wall(WallTime present) { return present; }
    virtual TimePoint now(TimePoint present) { return present; }
};

/// Of a script that is only checked: nothing is done.
class StubBorder final : public Border {
public:
    boost::asio::awaitable<Outcome> answer(Crossing call) override;
};

} // namespace forager::scripting
