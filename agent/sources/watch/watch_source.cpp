#include "sources/watch/watch_source.hpp"

#include "sources/watch/watched_files.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace forager {

namespace asio = boost::asio;

WatchSource::WatchSource(asio::any_io_executor executor, WatchParts parts, WatchConfig config)
    : executor_{std::move(executor)}, parts_{std::move(parts)}, config_{config}, nap_{executor_, parts_.clock}
{
}

WatchSource::~WatchSource() = default;

Result<void> WatchSource::set(std::vector<Watch> watches)
{
    std::vector<Shared> wanted;
    std::set<std::string> names;
    for (Watch& watch : watches) {
        auto pattern = FilePattern::parse(watch.pattern);
        if (!pattern)
            return pattern.error();
        if (!names.insert(watch.name).second)
            return Failure{Errc::bad_arguments, "the file watch '" + watch.name + "' is declared twice"};
        const auto same = std::ranges::find(watches_, watch, [](const Shared& one) { return one->watch(); });
        if (same != watches_.end())
            wanted.push_back(*same);
        else
            wanted.push_back(std::make_shared<WatchedFiles>(std::move(watch), *std::move(pattern), parts_, config_));
    }
    for (const Shared& earlier : watches_)
        if (std::ranges::find(wanted, earlier) == wanted.end())
            earlier->drop();
    watches_ = std::move(wanted);
    folders_changed_ = true;
    nap_.wake();
    return {};
}

asio::awaitable<void> WatchSource::run()
{
    // What an earlier run had taken, but not looked at, is gone with it.
    for (const Shared& one : watches_)
        one->look_at_everything();
    for (;;) {
        open_events();
        take_events();
        const std::vector<Shared> watches = watches_;
        for (const Shared& one : watches) {
            const bool changed = co_await one->serve(events_.get());
            folders_changed_ |= changed;
        }
        drop_folders();
        co_await nap_.until(next_look());
        if (heard_)
            co_await sleep_for(parts_.clock, config_.gather);
    }
}

void WatchSource::open_events()
{
    if (events_ || watches_.empty())
        return;
    auto opened = FileEvents::open(executor_, [this] {
        heard_ = true;
        nap_.wake();
    });
    const std::string trouble = opened ? "" : opened.error().message;
    if (!opened && trouble != no_events_)
        parts_.tell(trouble + " Until that is possible, the agent looks for new files from time to time.");
    no_events_ = trouble;
    if (!opened)
        return;
    events_ = *std::move(opened);
    for (const Shared& one : watches_)
        one->look_at_everything();
}

void WatchSource::take_events()
{
    if (!std::exchange(heard_, false))
        return;
    const FileEvents::News news = events_->take();
    if (news.lost)
        parts_.tell("more files changed at once than the kernel tells of; every watched folder is looked at again");
    for (const Shared& one : watches_) {
        if (news.lost)
            one->look_at_everything();
        for (const FileChange& change : news.changes)
            one->take(change);
    }
}

void WatchSource::drop_folders()
{
    if (!events_ || !std::exchange(folders_changed_, false))
        return;
    std::set<std::string> wanted;
    for (const Shared& one : watches_)
        for (const auto& [path, folder] : one->folders())
            wanted.insert(path);
    events_->keep_only(wanted);
}

TimePoint WatchSource::next_look() const
{
    TimePoint next = TimePoint::max();
    for (const Shared& one : watches_)
        next = std::min(next, one->next_look());
    return next;
}

std::vector<WatchStatus> WatchSource::list() const
{
    std::vector<WatchStatus> list;
    for (const Shared& one : watches_)
        list.push_back(one->status());
    return list;
}

} // namespace forager
