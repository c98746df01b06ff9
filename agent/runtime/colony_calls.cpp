#include "runtime/colony_calls.hpp"

#include <memory>
#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

class ColonyHandler final : public Handler {
public:
    ColonyHandler(Scheduler& scheduler, Journal& journal, Colony& colony, ColonyWay way)
        : scheduler_{scheduler}, journal_{journal}, colony_{colony}, way_{std::move(way)}
    {
    }

    asio::awaitable<Outcome> run(const Invocation& invocation, std::vector<Value>, Observer& observer) override
    {
        ColonyTry call{scheduler_, journal_, colony_, way_, invocation, observer};
        Outcome outcome = co_await call.run();
        co_return outcome;
    }

private:
    Scheduler& scheduler_;
    Journal& journal_;
    Colony& colony_;
    ColonyWay way_;
};

} // namespace

ColonyCalls::ColonyCalls(Scheduler& scheduler, Journal& journal, Colony& colony)
    : scheduler_{scheduler}, journal_{journal}, colony_{colony}
{
}

Registry::EntryPtr ColonyCalls::function(std::string name, ColonyWay way) const
{
    Function function;
    function.name = std::move(name);
    function.raw = true;
    return std::make_shared<Registry::Entry>(
        std::move(function), std::make_shared<ColonyHandler>(scheduler_, journal_, colony_, std::move(way)));
}

} // namespace forager
