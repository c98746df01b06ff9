#include "io/process/turns.hpp"

#include <algorithm>

namespace forager {

boost::asio::awaitable<bool> Turns::take()
{
    if (free_ > 0) {
        --free_;
        co_return true;
    }
    Event given{executor_};
    waiting_.push_back(&given);
    co_await given.wait();
    if (!given.happened())
        std::erase(waiting_, &given);
    co_return given.happened();
}

void Turns::give_back()
{
    if (waiting_.empty()) {
        ++free_;
        return;
    }
    waiting_.front()->set();
    waiting_.pop_front();
}

} // namespace forager
