#include "clients/kubernetes/watch.hpp"

#include "base/text.hpp"
#include "clients/kubernetes/refusal.hpp"
#include "io/formats/json.hpp"
#include "ports/within.hpp"

#include <algorithm>
#include <utility>

namespace forager::kubernetes {

namespace asio = boost::asio;

namespace {

constexpr std::size_t longest_event = std::size_t{16} * 1024 * 1024;
constexpr Duration shortest_pause = std::chrono::milliseconds{50}; // between two requests, however well they go

Result<std::optional<WatchEvent>> event_in(std::string_view line)
{
    auto value = parse_json(line);
    auto* told = value.has_value() ? value->get<Object>() : nullptr;
    Value* inside = told == nullptr ? nullptr : told->find("object");
    auto* object = inside == nullptr ? nullptr : inside->get<Object>();
    if (object == nullptr)
        return Failure{Errc::refused, "Kubernetes tells of something in a form that is not known"};
    auto type = part<std::string>(*told, "type");
    if (type == "ERROR")
        return refusal("a watch", *object);
    return std::optional{WatchEvent{std::move(type), std::move(*object)}};
}

// What asking again does not change, as long as nobody changes something else.
bool is_final(const Failure& failure)
{
    constexpr int bad_request = 400;
    constexpr int unauthorized = 401;
    constexpr int forbidden = 403;
    constexpr int not_found = 404;
    constexpr int unprocessable = 422;
    const int status = status_of(failure);
    return status == bad_request || status == unauthorized || status == forbidden || status == not_found ||
           status == unprocessable ||
           (status == 0 && failure.code != Errc::unreachable && failure.code != Errc::timed_out && !failure.retry);
}

} // namespace

WatchStream::WatchStream(http::AnswerStream stream)
    : lines_{std::move(stream), "Kubernetes", longest_event, http::AnswerLines::Rest::cut}
{
}

asio::awaitable<Result<std::optional<WatchEvent>>> WatchStream::next()
{
    auto line = co_await lines_.next();
    if (line.has_error())
        co_return line.error();
    co_return *line ? event_in(**line) : std::optional<WatchEvent>{};
}

asio::awaitable<Result<WatchStream>> watch(Client& client, Place place, Selector selector, std::string version,
                                           std::chrono::seconds time)
{
    Ask ask{"GET", place.path()};
    ask.query = {{"watch", "true"},
                 {"allowWatchBookmarks", "true"},
                 {"resourceVersion", unless_empty(std::move(version))},
                 {"timeoutSeconds", std::to_string(time.count())},
                 {"labelSelector", unless_empty(std::move(selector.labels))},
                 {"fieldSelector", unless_empty(std::move(selector.fields))}};
    auto stream = co_await client.open(std::move(ask));
    if (stream.has_error())
        co_return stream.error();
    co_return WatchStream{std::move(*stream)};
}

Watcher::Watcher(Client& client, Random& chance, Place place, Selector selector, Config config)
    : client_{client},
      chance_{chance},
      place_{std::move(place)},
      selector_{std::move(selector)},
      config_{config},
      backoff_{std::chrono::milliseconds{200}, config.longest_pause}
{
}

asio::awaitable<Result<Change>> Watcher::next()
{
    while (changes_.empty()) {
        auto stepped = co_await step();
        if (stepped.has_value())
            continue;
        if (is_final(stepped.error()))
            co_return stepped.error();
        if (is_expired(stepped.error()))
            version_.clear();
        co_await rest(pause_of(stepped.error()).value_or(shortest_pause));
    }
    Change change = std::move(changes_.front());
    changes_.pop_front();
    was_there_ = beginning_ > 0;
    beginning_ -= was_there_ ? 1 : 0;
    co_return change;
}

asio::awaitable<Result<void>> Watcher::step()
{
    if (version_.empty())
        return read_list();
    return stream_ ? hear() : open();
}

asio::awaitable<Result<void>> Watcher::read_list()
{
    auto page = co_await list(client_, place_, selector_);
    if (page.has_error())
        co_return page.error();
    version_ = std::move(page->version);
    take(known_.replace(std::move(page->items)));
    if (!std::exchange(complete_, true))
        beginning_ = changes_.size();
    co_return Result<void>{};
}

asio::awaitable<Result<void>> Watcher::open()
{
    // Not all watches of all agents are to end at once.
    const auto most = static_cast<std::uint64_t>(config_.time.count()) + 1;
    const std::chrono::seconds more{static_cast<std::int64_t>(chance_.next() % most)};
    auto stream = co_await watch(client_, place_, selector_, version_, config_.time + more);
    if (stream.has_error())
        co_return stream.error();
    stream_ = std::move(*stream);
    co_return Result<void>{};
}

asio::awaitable<Result<void>> Watcher::hear()
{
    const TimePoint deadline = client_.clock().now() + config_.longest_silence;
    // Taken out while it is read: after a reading that was cancelled it is of no use.
    auto stream = std::exchange(stream_, std::nullopt);
    auto event = co_await within(client_.clock(), deadline, stream->next(),
                                 "Kubernetes has said nothing in a watch for too long");
    if (event.has_error())
        co_return event.error();
    if (!*event) {
        co_await sleep_for(client_.clock(), shortest_pause);
        co_return Result<void>{};
    }
    stream_ = std::move(stream);
    backoff_.reset();
    auto& [type, object] = **event;
    if (const std::string version = version_of(object); !version.empty())
        version_ = version;
    if (type != "BOOKMARK")
        take(known_.heard(type, std::move(object)));
    co_return Result<void>{};
}

asio::awaitable<void> Watcher::rest(Duration least)
{
    co_await sleep_for(client_.clock(), least + backoff_.next(chance_.next()));
}

void Watcher::take(std::vector<Change> changes)
{
    std::move(changes.begin(), changes.end(), std::back_inserter(changes_));
}

} // namespace forager::kubernetes
