#include "clients/kubernetes/logs.hpp"

#include "clients/kubernetes/objects.hpp"
#include "clients/kubernetes/pods.hpp"
#include "clients/kubernetes/refusal.hpp"
#include "clients/kubernetes/times.hpp"
#include "ports/within.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace forager::kubernetes {

namespace asio = boost::asio;

namespace {

constexpr Duration pause = std::chrono::milliseconds{500};    // before a node is asked again
constexpr Duration longest_silence = std::chrono::minutes{5}; // then it is asked for anew: nobody else sees a dead node
constexpr std::size_t longest_line = std::size_t{64} * 1024;
constexpr int bad_request = 400;

Place pods_in(const std::string& space)
{
    return {usual_resources().front(), space};
}

std::optional<std::string> number(std::optional<std::int64_t> value)
{
    return value ? std::optional{std::to_string(*value)} : std::nullopt;
}

std::optional<std::string> flag(bool value)
{
    return value ? std::optional<std::string>{"true"} : std::nullopt;
}

Ask ask_for(const std::string& space, const std::string& pod, const LogOptions& options)
{
    Ask ask{"GET", pods_in(space).path(pod, "log")};
    ask.query = {{"container", unless_empty(options.container)},
                 {"tailLines", number(options.tail)},
                 {"sinceSeconds", number(options.since_seconds)},
                 {"limitBytes", number(options.limit)},
                 {"previous", flag(options.previous)},
                 {"timestamps", flag(options.timestamps)}};
    ask.headers.set("Accept", "*/*");
    return ask;
}

// Whether the one container ended, or the one that is meant.
bool is_over(const Object& pod, const std::string& container)
{
    for (const ContainerState& state : containers_of(pod))
        if (container.empty() || state.name == container)
            return state.phase == ContainerState::Phase::ended || has_ended(pod);
    return has_ended(pod);
}

// What asking again does not change.
bool is_final(const Failure& failure)
{
    enum Status { unauthorized = 401, forbidden = 403, not_found = 404, unprocessable = 422 };
    const int status = status_of(failure);
    return (status == bad_request && !has_not_begun(failure)) || status == unauthorized || status == forbidden ||
           status == not_found || status == unprocessable;
}

} // namespace

bool has_not_begun(const Failure& failure)
{
    return status_of(failure) == bad_request && (failure.message.find("is waiting to start") != std::string::npos ||
                                                 failure.message.find("not have a host assigned") != std::string::npos);
}

bool has_been_ended(const Failure& failure)
{
    return status_of(failure) == bad_request && failure.message.ends_with("is terminated");
}

asio::awaitable<Result<std::string>> logs(Client& client, std::string space, std::string pod, LogOptions options)
{
    auto stream = co_await client.open(ask_for(space, pod, options));
    if (stream.has_error())
        co_return stream.error();
    std::string text;
    for (;;) {
        auto piece = co_await stream->read_some();
        if (piece.has_error())
            co_return piece.error();
        if (piece->empty())
            co_return text;
        text += *piece;
    }
}

std::optional<LogLine> LogLines::next()
{
    for (;;) {
        const std::size_t end = held_.find('\n');
        const bool ends = end != std::string::npos;
        if (!ends && held_.size() <= longest_line)
            return std::nullopt;
        const std::size_t length = ends ? end : longest_line;
        LogLine line{held_.substr(0, length), ends};
        held_.erase(0, length + (ends ? 1 : 0));
        if (take(line))
            return line;
    }
}

std::optional<LogLine> LogLines::last()
{
    LogLine line{std::exchange(held_, {}), false};
    return !line.text.empty() && take(line) ? std::optional{std::move(line)} : std::nullopt;
}

void LogLines::begin_again()
{
    held_.clear();
    again_ = 0;
    resumed_ = true;
    inside_ = false;
}

// Whether anything of it is new, which is left then.
bool LogLines::take(LogLine& line)
{
    if (!inside_)
        tells_ = begin(line.text);
    inside_ = !line.ends;
    if (!tells_)
        return false;
    const std::size_t known = std::min(skip_, line.text.size());
    skip_ = line.ends ? 0 : skip_ - known;
    partial_ = line.ends ? 0 : partial_ + line.text.size();
    line.text.erase(0, known);
    return line.ends || !line.text.empty();
}

// "2026-01-01T00:00:00.5Z text": takes the time off, and says whether the line is new, or the rest of it may be.
bool LogLines::begin(std::string& text)
{
    const std::size_t blank = std::min(text.find(' '), text.size());
    const std::string written = text.substr(0, blank);
    const auto time = parse_time(written);
    if (!time)
        return false;
    text.erase(0, blank + 1);
    const bool is_same = time == time_;
    if (resumed_ && is_same && again_ < same_) {
        skip_ = ++again_ == same_ ? std::exchange(partial_, 0) : 0;
        return skip_ > 0;
    }
    if (resumed_ && time < time_)
        return false;
    same_ = is_same ? same_ + 1 : 1;
    resumed_ = resumed_ && is_same;
    since_ = written;
    time_ = time;
    partial_ = 0;
    return true;
}

asio::awaitable<Result<void>> FollowedLog::open()
{
    LogOptions options = options_;
    options.timestamps = true;
    const bool resumes = !lines_.since().empty();
    if (resumes) {
        options.tail.reset();
        options.since_seconds.reset();
        lines_.begin_again();
    }
    Ask ask = ask_for(space_, pod_, options);
    ask.query.emplace_back("follow", flag(!ended_));
    if (resumes)
        ask.query.emplace_back("sinceTime", lines_.since());
    is_last_ = ended_;
    auto stream = co_await client_.open(std::move(ask));
    if (stream.has_error())
        co_return stream.error();
    stream_ = std::move(*stream);
    co_return Result<void>{};
}

asio::awaitable<Result<std::string>> FollowedLog::heard()
{
    return within(client_.clock(), std::optional{client_.clock().now() + longest_silence}, stream_->read_some(),
                  "Kubernetes has said nothing in a log for too long");
}

// After the end of a stream, or a failure: whether there is more to hear.
asio::awaitable<Result<bool>> FollowedLog::goes_on()
{
    stream_.reset();
    if (is_last_)
        co_return false;
    auto pod = co_await get(client_, pods_in(space_), pod_);
    if (pod.has_error() && status_of(pod.error()) == 0) { // nobody there: it will come back
        co_await sleep_for(client_.clock(), pause);
        co_return true;
    }
    if (pod.has_error())
        co_return pod.error();
    ended_ = is_over(*pod, options_.container);
    if (!ended_)
        co_await sleep_for(client_.clock(), pause);
    co_return true;
}

asio::awaitable<Result<std::optional<LogLine>>> FollowedLog::next()
{
    for (;;) {
        if (auto line = lines_.next())
            co_return line;
        auto opened = stream_ ? Result<void>{} : co_await open();
        if (opened.has_error() && is_final(opened.error()))
            co_return opened.error();
        if (opened.has_error() && is_last_ && status_of(opened.error()) == 0)
            is_last_ = false; // the last words are still to be had
        auto piece = stream_ ? co_await heard() : Result<std::string>{std::string{}};
        if (piece.has_value() && !piece->empty()) {
            lines_.feed(*piece);
            continue;
        }
        if (piece.has_value() && stream_)
            if (auto line = lines_.last())
                co_return line;
        auto more = co_await goes_on();
        if (more.has_error())
            co_return more.error();
        if (!*more)
            co_return std::optional<LogLine>{};
    }
}

} // namespace forager::kubernetes
