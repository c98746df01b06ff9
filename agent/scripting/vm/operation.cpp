#include "scripting/vm/operation.hpp"

#include "runtime/run_handler.hpp"
#include "scripting/lua_failure.hpp"
#include "scripting/lua_value.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>

namespace forager::scripting {

namespace asio = boost::asio;

void Awaited::start(const asio::any_io_executor& executor, std::function<void()> done)
{
    asio::awaitable<Outcome> work = std::move(*work_);
    work_.reset();
    asio::co_spawn(executor, std::move(work),
                   asio::bind_cancellation_slot(
                       signal_.slot(), [this, done = std::move(done)](std::exception_ptr thrown, Outcome outcome) {
                           ended(std::move(thrown), std::move(outcome));
                           done();
                       }));
}

void Awaited::ended(std::exception_ptr thrown, Outcome outcome)
{
    if (thrown)
        failure_ = failure_of(thrown);
    else if (outcome)
        outputs_ = std::move(*outcome);
    else
        failure_ = outcome.error();
}

void Awaited::cancel()
{
    signal_.emit(asio::cancellation_type::all);
}

int Awaited::finish(lua_State* L)
{
    if (failure_) {
        if (failure_->where.empty())
            failure_->where = place_of(L);
        push_failure(L, *failure_);
        return -1;
    }
    luaL_checkstack(L, static_cast<int>(outputs_.size()) + 4, "too many results");
    for (const Value& value : outputs_)
        push_output(L, value);
    return static_cast<int>(outputs_.size());
}

} // namespace forager::scripting
