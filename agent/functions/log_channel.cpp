#include "functions/log_channel.hpp"

#include "io/formats/json.hpp"

namespace forager {

namespace asio = boost::asio;

LogChannel::LogChannel(const asio::any_io_executor& executor, BrokerDesk& desk, LineSink& behind, Config config)
    : desk_{desk}, behind_{behind}, config_{std::move(config)}, some_{executor}, none_{executor}
{
    none_.set();
}

asio::awaitable<void> LogChannel::line(Stream stream, std::string text)
{
    co_await behind_.line(stream, text);
    if (messages_.size() >= config_.most || bytes_ + text.size() > config_.bytes) {
        ++dropped_;
        co_return;
    }
    tell_of_drops();
    push(message(stream == Stream::out ? "stdout" : "stderr", std::move(text)), 1);
}

std::string LogChannel::message(const char* stream, std::string text) const
{
    if (config_.id.is_null())
        return text;
    return to_json(Value{Object{{"id", config_.id}, {"stream", stream}, {"line", std::move(text)}}});
}

void LogChannel::push(std::string message, std::size_t lines)
{
    bytes_ += message.size();
    messages_.push_back({std::move(message), lines});
    none_.clear();
    some_.set();
}

void LogChannel::tell_of_drops()
{
    if (dropped_ > 0)
        push(message("agent", "[… " + std::to_string(dropped_) + (dropped_ == 1 ? " line" : " lines") + " left out …]"),
             dropped_);
    dropped_ = 0;
}

asio::awaitable<void> LogChannel::run()
{
    for (;;) {
        while (messages_.empty()) {
            some_.clear();
            co_await some_.wait();
        }
        const std::size_t size = messages_.front().message.size();
        const auto published = co_await desk_.broker().publish(config_.channel, messages_.front().message);
        if (published.has_error())
            dropped_ += messages_.front().lines;
        bytes_ -= size;
        messages_.pop_front();
        if (messages_.empty())
            none_.set();
    }
}

asio::awaitable<void> LogChannel::emptied()
{
    tell_of_drops();
    while (!messages_.empty())
        co_await none_.wait();
}

} // namespace forager
