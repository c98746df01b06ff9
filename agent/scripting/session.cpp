#include "scripting/session.hpp"

#include "ports/cancellation.hpp"
#include "runtime/run_handler.hpp"
#include "scripting/script.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <utility>

namespace forager::scripting {

namespace asio = boost::asio;

struct Session::Evaluation {
    explicit Evaluation(const asio::any_io_executor& executor) : ended{executor} {}

    asio::cancellation_signal stop;
    std::optional<Outcome> outcome;
    Event ended;
};

Session::Session(std::shared_ptr<Script> script, Invocation invocation, Observer& observer)
    : script_{std::move(script)},
      invocation_{std::move(invocation)},
      observer_{observer},
      ready_{script_->world().executor},
      closed_{script_->world().executor}
{
}

asio::awaitable<Outcome> Session::run()
{
    Outcome outcome = co_await script_->converse(*this, invocation_, observer_);
    root_ = nullptr;
    failure_ = outcome ? Failure{Errc::cancelled, "the session has ended"} : outcome.error();
    ready_.set();
    co_return outcome;
}

asio::awaitable<Outcome> Session::serve(Task& root)
{
    root_ = &root;
    ready_.set();
    co_await closed_.wait();
    root_ = nullptr;
    co_return Outputs{};
}

asio::awaitable<Result<void>> Session::ready()
{
    co_await ready_.wait();
    if (failure_)
        co_return *failure_;
    co_return Result<void>{};
}

asio::awaitable<Outcome> Session::evaluate(std::string text, std::int64_t line)
{
    if (root_ == nullptr)
        co_return failure_ ? *failure_ : Failure{Errc::refused, "the session has not begun"};
    const auto evaluation = std::make_shared<Evaluation>(script_->world().executor);
    evaluation_ = evaluation;
    asio::co_spawn(script_->world().executor, script_->evaluate(*root_, std::move(text), line),
                   asio::bind_cancellation_slot(
                       evaluation->stop.slot(), [evaluation](const std::exception_ptr& thrown, Outcome outcome) {
                           evaluation->outcome = thrown ? Outcome{failure_of(thrown)} : std::move(outcome);
                           evaluation->ended.set();
                       }));
    co_await evaluation->ended.wait();
    if (!evaluation->outcome)
        throw_cancelled(); // the session's end waits for it
    co_return std::move(*evaluation->outcome);
}

void Session::interrupt()
{
    if (const auto evaluation = evaluation_.lock())
        evaluation->stop.emit(asio::cancellation_type::all);
}

} // namespace forager::scripting
