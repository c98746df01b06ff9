#include "io/process/reaper.hpp"

#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace forager {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr Duration grace = 300ms;
constexpr Duration patience = 5s; // with what cannot be killed
constexpr Duration shortest_pause = 1ms;
constexpr Duration longest_pause = 16ms;

// A process may fork a child behind the walk's back and end before the walk reaches it: one empty walk proves little.
constexpr int enough_empty_walks = 2;

} // namespace

Reaper::Reaper(asio::any_io_executor executor, BlockingPool& pool, Clock& clock)
    : executor_{std::move(executor)}, pool_{pool}, clock_{clock}
{
}

asio::awaitable<bool> Reaper::end(TagPattern pattern, HeldProcess main)
{
    Request request{Hunt{pattern, main}, clock_.now(), 0, Event{executor_}};
    requests_.push_back(&request);
    if (!std::exchange(working_, true))
        asio::co_spawn(executor_, work(), [](std::exception_ptr bug) {
            if (bug)
                std::rethrow_exception(bug);
        });
    while (!request.done.happened())
        co_await request.done.wait();
    co_return request.hunt.living == 0 && !request.hunt.refused;
}

asio::awaitable<void> Reaper::work()
{
    Duration pause = shortest_pause;
    while (!requests_.empty()) {
        const std::size_t known = requests_.size();
        std::vector<Hunt*> hunts = due_hunts();
        auto walk = [&hunts] {
            walk_processes(hunts);
            return true;
        };
        co_await pool_.run(std::move(walk));
        const bool fresh = requests_.size() > known;
        const bool wait = settle();
        pause = fresh ? shortest_pause : std::min(2 * pause, longest_pause);
        if (wait && !fresh)
            co_await sleep_for(clock_, pause);
    }
    working_ = false;
}

std::vector<Hunt*> Reaper::due_hunts()
{
    std::vector<Hunt*> hunts;
    for (Request* request : requests_) {
        request->hunt.walked = true;
        request->hunt.kill = clock_.now() - request->begun >= grace;
        hunts.push_back(&request->hunt);
    }
    return hunts;
}

// Whether something lives on in spite of its signal, so that it needs time.
bool Reaper::settle()
{
    bool living = false;
    const TimePoint now = clock_.now();
    std::erase_if(requests_, [&](Request* request) {
        if (!request->hunt.walked)
            return false;
        const bool empty = request->hunt.living == 0;
        request->empty_walks = empty ? request->empty_walks + 1 : 0;
        living = living || !empty;
        const bool done = request->empty_walks >= enough_empty_walks || now - request->begun > grace + patience;
        if (done)
            request->done.set();
        return done;
    });
    return living;
}

} // namespace forager
