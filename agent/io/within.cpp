#include "io/within.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <exception>

namespace forager::detail {

namespace asio = boost::asio;

namespace {

bool is_abort(const std::exception_ptr& thrown)
{
    try {
        std::rethrow_exception(thrown);
    } catch (const boost::system::system_error& error) {
        return error.code() == asio::error::operation_aborted;
    } catch (...) {
        return false;
    }
}

} // namespace

asio::awaitable<void> until(Clock& clock, TimePoint deadline, asio::awaitable<void> work)
{
    const auto executor = co_await asio::this_coro::executor;
    auto race =
        asio::experimental::make_parallel_group(asio::co_spawn(executor, std::move(work), asio::deferred),
                                                asio::co_spawn(executor, sleep_until(clock, deadline), asio::deferred));
    auto ended = co_await race.async_wait(asio::experimental::wait_for_one{}, asio::use_awaitable);
    auto& [order, work_thrown, sleep_thrown] = ended;
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none)
        throw boost::system::system_error{asio::error::operation_aborted};
    const bool late = order[0] == 1 && !sleep_thrown;
    if (work_thrown && !(late && is_abort(work_thrown)))
        std::rethrow_exception(work_thrown);
}

} // namespace forager::detail
