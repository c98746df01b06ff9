// What can be asked of a running agent over its local socket: submit, look, cancel, signal. One for the agent; called
// by the server on the strand.
#pragma once

#include "io/http/server/reply.hpp"
#include "io/http/server/served_request.hpp"
#include "runtime/scheduler.hpp"
#include "runtime/signals.hpp"
#include "runtime/wait_list.hpp"
#include "sources/queue/queue_source.hpp"
#include "store/store.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace forager::control {

class Api {
public:
    /// What the agent lets it use; all must outlive it.
    struct Parts {
        Scheduler& scheduler;
        QueueSource& queue;
        store::Store& store;
        Signals& signals;
        std::function<Object()> status;
        std::function<Array()> scripts;
        std::function<boost::asio::awaitable<void>()> reload;
        std::function<boost::asio::awaitable<void>()> drain;
    };

    explicit Api(Parts parts) : parts_{std::move(parts)} {}

    /// Answers any request; what is not there gets a 404, a failure the status that fits its code.
    boost::asio::awaitable<http::Reply> handle(http::ServedRequest request);

    /// The invocation has ended: whoever waits for it hears of it.
    void ended(const std::string& id);

private:
    class Waiting;
    using Answer = Result<Value>;

    boost::asio::awaitable<Answer> answer(http::ServedRequest request);
    boost::asio::awaitable<Answer> answer_about(std::string id, std::string what, http::ServedRequest request);
    boost::asio::awaitable<Result<Record>> record_of(std::string id);
    boost::asio::awaitable<Answer> submit(http::ServedRequest request);
    boost::asio::awaitable<Answer> list(http::ServedRequest request);
    boost::asio::awaitable<Answer> show(std::string id);
    boost::asio::awaitable<Answer> wait(std::string id);
    boost::asio::awaitable<Answer> logs(std::string id, http::ServedRequest request);
    boost::asio::awaitable<Answer> cancel(std::string id);
    boost::asio::awaitable<Answer> retry(std::string id);
    boost::asio::awaitable<Answer> signal(std::string id, http::ServedRequest request);
    boost::asio::awaitable<Answer> call(http::ServedRequest request);
    boost::asio::awaitable<Answer> reload();
    boost::asio::awaitable<Answer> drain();
    boost::asio::awaitable<Answer> explain(std::string id);
    boost::asio::awaitable<Answer> answer_at_once(http::ServedRequest request);
    Value functions() const;

    Parts parts_;
    std::multimap<std::string, Waiting*, std::less<>> waiting_;
};

} // namespace forager::control
