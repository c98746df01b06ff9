#include "control/client_stream.hpp"

#include "io/formats/json.hpp"

#include <utility>

namespace forager::control {

namespace asio = boost::asio;

namespace {

std::string line_of(const Object& event)
{
    return to_json(Value{event}) + "\n";
}

} // namespace

void ClientStream::keep(const std::string& line)
{
    kept_ += line;
    changed_.set();
}

void ClientStream::offer(const Object& event)
{
    const std::string line = line_of(event);
    if (kept_.size() + line.size() > most_)
        ++lost_;
    else
        keep(line);
}

void ClientStream::tell(const Object& event)
{
    if (lost_ > 0)
        keep(line_of(
            {{"event", "line"},
             {"text", "(" + std::to_string(std::exchange(lost_, 0)) + " lines are lost: they came too fast)"}}));
    keep(line_of(event));
}

void ClientStream::end()
{
    ended_ = true;
    changed_.set();
}

asio::awaitable<std::string> ClientStream::next()
{
    while (kept_.empty() && !ended_) {
        changed_.clear();
        co_await changed_.wait();
    }
    co_return std::exchange(kept_, {});
}

} // namespace forager::control
