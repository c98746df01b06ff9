#include "scripting/operation.hpp"

#include "scripting/lua_failure.hpp"
#include "scripting/lua_value.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

namespace forager::scripting {

namespace asio = boost::asio;

namespace {

Failure failure_of(const std::exception_ptr& thrown)
{
    try {
        std::rethrow_exception(thrown);
    } catch (const boost::system::system_error& error) {
        if (error.code() == asio::error::operation_aborted)
            return {Errc::cancelled, "cancelled"};
        return {Errc::script, std::string{"internal error: "} + error.what()};
    } catch (const std::exception& error) {
        return {Errc::script, std::string{"internal error: "} + error.what()};
    }
}

} // namespace

void Awaited::start(const asio::any_io_executor& executor, std::function<void()> done)
{
    asio::awaitable<Outcome> work = std::move(*work_);
    work_.reset();
    asio::co_spawn(executor, std::move(work),
                   asio::bind_cancellation_slot(signal_.slot(), [this, done = std::move(done)](std::exception_ptr thrown,
                                                                                              Outcome outcome) {
                       ended(std::move(thrown), std::move(outcome));
                       done();
                   }));
}

void Awaited::ended(std::exception_ptr thrown, Outcome outcome)
{
    if (thrown)
        outcome_ = failure_of(thrown);
    else
        outcome_ = std::move(outcome);
}

void Awaited::cancel()
{
    signal_.emit(asio::cancellation_type::all);
}

int Awaited::finish(lua_State* L)
{
    if (!outcome_) {
        outcome_.error().where = outcome_.error().where.empty() ? place_of(L) : outcome_.error().where;
        push_failure(L, outcome_.error());
        return -1;
    }
    luaL_checkstack(L, static_cast<int>(outcome_->size()) + 4, "too many results");
    for (const Value& value : *outcome_)
        push_output(L, value);
    return static_cast<int>(outcome_->size());
}

} // namespace forager::scripting
