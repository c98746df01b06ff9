#include "scripting/session.hpp"

#include "scripting/script.hpp"

#include <utility>

namespace forager::scripting {

namespace asio = boost::asio;

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
    Outcome outcome = co_await script_->evaluate(*root_, std::move(text), line);
    evaluation_ = nullptr;
    co_return outcome;
}

void Session::interrupt()
{
    if (evaluation_ != nullptr)
        script_->vm().cancel(*evaluation_);
}

} // namespace forager::scripting
