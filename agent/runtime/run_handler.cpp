#include "runtime/run_handler.hpp"

#include "ports/cancellation.hpp"

#include <exception>
#include <utility>

namespace forager {

namespace asio = boost::asio;

Failure internal_error(const std::string& what)
{
    return {Errc::script, "internal error: " + what};
}

std::string sentence_of(const Failure& failure)
{
    return failure.where.empty() ? failure.message : failure.where + ": " + failure.message;
}

Failure failure_of(const std::exception_ptr& thrown)
{
    try {
        std::rethrow_exception(thrown);
    } catch (const std::exception& error) {
        return is_cancellation(error) ? Failure{Errc::cancelled, "cancelled"} : internal_error(error.what());
    } catch (...) {
        return internal_error("something unknown was thrown");
    }
}

asio::awaitable<Outcome> run_handler(Handler& handler, const Invocation& invocation, std::vector<Value> args,
                                     Observer& observer)
{
    try {
        Outcome outcome = co_await handler.run(invocation, std::move(args), observer);
        co_return outcome;
    } catch (const std::exception& error) {
        if (is_cancellation(error))
            throw;
        co_return internal_error(error.what());
    } catch (...) {
        co_return internal_error(invocation.function + " threw something unknown");
    }
}

} // namespace forager
