#include "primitives/kubernetes/shared_watch.hpp"

#include "ports/cancellation.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <utility>

namespace forager::kubernetes_work {

namespace asio = boost::asio;
using kubernetes::Change;

namespace {

constexpr std::size_t most_waiting = 10'000; // changes for one who hears

std::string key_of(const kubernetes::Place& place, const kubernetes::Selector& selector)
{
    return place.path() + "\n" + selector.labels + "\n" + selector.fields;
}

// While it lives nobody else drives; then somebody else may.
class Drive {
public:
    Drive(bool& driven, Event& news) : driven_{driven}, news_{news} { driven_ = true; }
    Drive(const Drive&) = delete;
    Drive& operator=(const Drive&) = delete;
    ~Drive()
    {
        driven_ = false;
        news_.set();
        news_.clear();
    }

private:
    bool& driven_;
    Event& news_;
};

} // namespace

Subscription::Subscription(std::shared_ptr<SharedWatch> watch) : watch_{std::move(watch)}
{
    for (const auto& [name, object] : watch_->told_)
        changes_.emplace_back(Change{Change::Type::added, object}, true);
    watch_->hearing_.insert(this);
}

Subscription::~Subscription()
{
    watch_->hearing_.erase(this);
}

void Subscription::hear(const Change& change, bool was_there)
{
    if (changes_.size() < most_waiting)
        changes_.emplace_back(change, was_there);
    else
        overrun_ = true;
}

asio::awaitable<Result<Change>> Subscription::next()
{
    for (;;) {
        if (!changes_.empty()) {
            Change change = std::move(changes_.front().change);
            was_there_ = changes_.front().was_there;
            changes_.pop_front();
            co_return change;
        }
        if (overrun_)
            co_return Failure{Errc::limit, "more than " + std::to_string(most_waiting) +
                                               " changes of Kubernetes' objects waited for one who hears them"};
        auto advanced = co_await watch_->advance();
        if (advanced.has_error() && changes_.empty())
            co_return advanced.error();
    }
}

asio::awaitable<Result<void>> SharedWatch::advance()
{
    if (driven_) {
        co_await news_.wait();
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none)
            throw_cancelled();
        co_return Result<void>{};
    }
    const Drive drive{driven_, news_};
    auto change = co_await watcher_.next();
    if (change.has_error())
        co_return change.error();
    tell(*change, watcher_.was_there());
    co_return Result<void>{};
}

void SharedWatch::tell(const Change& change, bool was_there)
{
    const std::string key = kubernetes::space_of(*change.object) + "/" + kubernetes::name_of(*change.object);
    if (change.type == Change::Type::deleted)
        told_.erase(key);
    else
        told_[key] = change.object;
    for (Subscription* subscription : hearing_)
        subscription->hear(change, was_there);
}

std::shared_ptr<Subscription> SharedWatches::subscribe(const asio::any_io_executor& executor,
                                                       const kubernetes::Place& place,
                                                       const kubernetes::Selector& selector)
{
    std::erase_if(watches_, [](const auto& entry) { return entry.second.expired(); });
    std::weak_ptr<SharedWatch>& known = watches_[key_of(place, selector)];
    auto watch = known.lock();
    if (!watch) {
        watch = std::make_shared<SharedWatch>(executor, client_, chance_, place, selector);
        known = watch;
    }
    return std::make_shared<Subscription>(std::move(watch));
}

std::size_t SharedWatches::size() const
{
    return static_cast<std::size_t>(
        std::ranges::count_if(watches_, [](const auto& entry) { return !entry.second.expired(); }));
}

} // namespace forager::kubernetes_work
