#include "control/session_stream.hpp"

#include "io/formats/json.hpp"

#include <utility>

namespace forager::control {

namespace asio = boost::asio;

void SessionStream::keep(const Object& event)
{
    kept_ += to_json(Value{event}) + "\n";
    changed_.set();
}

void SessionStream::line(std::string_view text)
{
    if (kept_.size() + text.size() > most_)
        ++lost_;
    else
        keep({{"event", "line"}, {"text", text}});
}

void SessionStream::tell(const Object& event)
{
    if (lost_ > 0)
        keep({{"event", "line"},
              {"text", "(" + std::to_string(std::exchange(lost_, 0)) + " lines are lost: they came too fast)"}});
    keep(event);
}

void SessionStream::end()
{
    ended_ = true;
    changed_.set();
}

asio::awaitable<std::string> SessionStream::next()
{
    while (kept_.empty() && !ended_) {
        changed_.clear();
        co_await changed_.wait();
    }
    co_return std::exchange(kept_, {});
}

} // namespace forager::control
