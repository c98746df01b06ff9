#include "app/agent/blueprint_reports.hpp"

#include "app/agent/blueprint_words.hpp"
#include "clients/colonies/calls/blueprints.hpp"

#include <algorithm>
#include <utility>

namespace forager {

namespace asio = boost::asio;
using reconcile::Key;

void BlueprintReports::touch(const Key& key)
{
    const TimePoint soon = parts_.clock.now() + delay;
    const auto [place, fresh] = told_.try_emplace(key);
    place->second.due = fresh ? soon : std::min(place->second.due, soon);
    nap_.wake();
}

void BlueprintReports::tell_again(const Key& key)
{
    told_[key].at.reset();
    touch(key);
}

asio::awaitable<Result<void>> BlueprintReports::tell(Key key)
{
    auto status = parts_.status(key);
    if (!status) {
        told_.erase(key);
        co_return Result<void>{};
    }
    Told& told = told_[key];
    const TimePoint now = parts_.clock.now();
    Object news = significant(*status);
    if (told.at && told.last == news && now < *told.at + sign_of_life) {
        told.due = *told.at + sign_of_life;
        co_return Result<void>{};
    }
    told.due = now + sign_of_life; // a change while it is told comes before
    const auto written = co_await write(key, std::move(*status));
    const auto found = told_.find(key);
    if (found != told_.end() && written.has_value()) {
        found->second.last = std::move(news);
        found->second.at = now;
    } else if (found != told_.end()) {
        found->second.due = parts_.clock.now() + after_failure;
    }
    co_return written;
}

asio::awaitable<Result<void>> BlueprintReports::write(Key key, Object status)
{
    const auto member = parts_.member();
    if (member.has_error())
        co_return member.error();
    co_return co_await colonies::update_blueprint_status((*member)->caller(), key.space, key.name, std::move(status));
}

asio::awaitable<void> BlueprintReports::run()
{
    for (;;) {
        for (const Key& key : due()) {
            const auto told = co_await tell(key);
            hear(told);
        }
        co_await nap_.until(next_due());
    }
}

std::vector<Key> BlueprintReports::due() const
{
    std::vector<Key> keys;
    for (const auto& [key, told] : told_)
        if (told.due <= parts_.clock.now())
            keys.push_back(key);
    return keys;
}

TimePoint BlueprintReports::next_due() const
{
    TimePoint next = TimePoint::max();
    for (const auto& [key, told] : told_)
        next = std::min(next, told.due);
    return next;
}

// Once for each trouble: a server that is away stays so for a while.
void BlueprintReports::hear(const Result<void>& told)
{
    const std::string trouble = told.has_error() ? told.error().message : std::string{};
    if (!trouble.empty() && trouble != trouble_)
        parts_.warn("the colony does not hear how a blueprint is: " + trouble);
    trouble_ = trouble;
}

} // namespace forager
