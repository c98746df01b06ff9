// A store in a folder of its own under a virtual clock, which can be closed and opened again: what tests of the store
// begin with.
#pragma once

#include "result_text.hpp"
#include "store/store.hpp"
#include "temp_folder.hpp"
#include "virtual_clock.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace forager::test {

/// What became of a coroutine that runs beside the test.
template <class T> struct Asked {
    std::optional<T> value;
    std::exception_ptr thrown;
    boost::asio::cancellation_signal signal;

    bool ended() const { return value || thrown; }
    void cancel() { signal.emit(boost::asio::cancellation_type::terminal); }
};

class StoreWorld {
public:
    StoreWorld() = default;
    StoreWorld(const StoreWorld&) = delete;
    StoreWorld& operator=(const StoreWorld&) = delete;
    ~StoreWorld() { close(); }

    TempFolder folder;
    boost::asio::io_context io{1};
    VirtualClock clock;
    std::unique_ptr<store::Store> store;

    std::string path() const { return folder.at("state.db"); }

    Result<void> open(std::size_t log_lines = 10'000)
    {
        auto opened = store::Store::open(io.get_executor(), clock, {path(), log_lines});
        if (!opened)
            return opened.error();
        store = std::move(*opened);
        return {};
    }

    void close()
    {
        if (store)
            run(store->writer().close());
        store.reset();
    }

    Result<void> reopen()
    {
        close();
        return open();
    }

    /// `asked` must live until it has ended.
    template <class T> void ask(Asked<T>& asked, boost::asio::awaitable<T> work)
    {
        auto handler = [&asked](std::exception_ptr thrown, T value) {
            asked.thrown = thrown;
            if (!thrown)
                asked.value.emplace(std::move(value));
        };
        boost::asio::co_spawn(io, std::move(work),
                              boost::asio::bind_cancellation_slot(asked.signal.slot(), std::move(handler)));
    }

    /// Drives the loop until all of them have ended.
    template <class List> void finish(List& all)
    {
        for (auto& asked : all)
            clock.run_until(io, [&asked] { return asked.ended(); });
    }

    template <class T> T run(boost::asio::awaitable<T> work)
    {
        Asked<T> asked;
        ask(asked, std::move(work));
        clock.run_until(io, [&asked] { return asked.ended(); });
        if (asked.thrown)
            std::rethrow_exception(asked.thrown);
        return std::move(*asked.value);
    }

    void run(boost::asio::awaitable<void> work) { (void)run(and_true(std::move(work))); }

private:
    static boost::asio::awaitable<bool> and_true(boost::asio::awaitable<void> work)
    {
        co_await std::move(work);
        co_return true;
    }
};

/// A submission of `function` with this id.
inline Submission submission(std::string id, std::string function = "demo.work")
{
    Submission submission;
    submission.invocation.id = std::move(id);
    submission.invocation.function = std::move(function);
    submission.invocation.source = "test";
    return submission;
}

} // namespace forager::test
