// What can be asked of a running agent over its local socket: submit, look, cancel, signal. docs/openapi.yaml describes
// it. One for the agent; called by the server on the strand.
#pragma once

#include "control/explanation.hpp"
#include "control/sessions.hpp"
#include "control/watchers.hpp"
#include "io/http/server/reply.hpp"
#include "io/http/server/served_request.hpp"
#include "ports/work_queue.hpp"
#include "runtime/gate.hpp"
#include "runtime/scheduler.hpp"
#include "sources/queue/queue_source.hpp"
#include "sources/reconcile/document_keeper.hpp"
#include "store/store.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace forager::control {

class Api {
public:
    /// What the agent lets it use; all must outlive it.
    struct Parts {
        Scheduler& scheduler;
        QueueSource& queue;
        store::Store& store;
        WorkQueue& work;
        reconciling::DocumentKeeper& documents;
        Sessions& sessions;
        Gate& gate; ///< for calls
        std::function<Object()> status;
        std::function<Array()> scripts;
        std::function<boost::asio::awaitable<void>()> reload;
        std::function<boost::asio::awaitable<void>()> drain;
        std::function<void()> resume;
    };

    explicit Api(Parts parts) : parts_{std::move(parts)} {}

    /// Answers any request; what is not there gets a 404, a failure the status that fits its code.
    boost::asio::awaitable<http::Reply> handle(http::ServedRequest request);

    /// The invocation has ended, or has written a line: whoever waits for that hears of it.
    void ended(const std::string& id) { watchers_.tell(id, Watchers::News::end); }
    void wrote(const std::string& id) { watchers_.tell(id, Watchers::News::line); }

    /// Something of the document is another: whoever waits for that hears of it.
    void changed(const reconcile::Key& key);

    /// A request, and what stands in place of "{id}" in its path.
    struct Call {
        http::ServedRequest request;
        std::string id;
        Call(http::ServedRequest request, std::string id) : request{std::move(request)}, id{std::move(id)} {}
    };
    using Answer = Result<Value>;
    using Act = boost::asio::awaitable<Answer> (Api::*)(Call call);
    using Open = Result<http::Reply> (Api::*)(Call call); ///< its answer's body comes bit by bit

    struct Route {
        std::string_view method;
        std::string_view path; ///< with "{id}" for any segment
        std::variant<Act, Open> act;
    };

    /// All that it answers.
    static std::span<const Route> routes();

private:
    boost::asio::awaitable<Result<Record>> record_of(std::string id);
    Situation situation_of(const Record& record) const;
    boost::asio::awaitable<Answer> submit(Call call);
    boost::asio::awaitable<Answer> list(Call call);
    boost::asio::awaitable<Answer> show(Call call);
    boost::asio::awaitable<Answer> wait(Call call);
    boost::asio::awaitable<Answer> logs(Call call);
    boost::asio::awaitable<Answer> cancel(Call call);
    boost::asio::awaitable<Answer> retry(Call call);
    boost::asio::awaitable<Answer> signal(Call call);
    boost::asio::awaitable<Answer> explain(Call call);
    Result<http::Reply> call(Call call);
    boost::asio::awaitable<Answer> functions(Call call);
    boost::asio::awaitable<Answer> status(Call call);
    boost::asio::awaitable<Answer> reload(Call call);
    boost::asio::awaitable<Answer> drain(Call call);
    boost::asio::awaitable<Answer> resume(Call call);
    Result<http::Reply> open_session(Call call);
    boost::asio::awaitable<Answer> close_session(Call call);
    boost::asio::awaitable<Answer> evaluate(Call call);
    boost::asio::awaitable<Answer> interrupt(Call call);
    static std::string document_news(const reconcile::Key& key);
    boost::asio::awaitable<Answer> list_documents(Call call);
    boost::asio::awaitable<Answer> show_document(Call call);
    boost::asio::awaitable<Answer> apply_document(Call call);
    boost::asio::awaitable<Answer> check_document(Call call);
    boost::asio::awaitable<Answer> diff_document(Call call);
    boost::asio::awaitable<Answer> delete_document(Call call);
    boost::asio::awaitable<Answer> undo_document(Call call);
    boost::asio::awaitable<Answer> set_paused(std::string id, bool paused);
    boost::asio::awaitable<Answer> pause_document(Call call);
    boost::asio::awaitable<Answer> resume_document(Call call);
    boost::asio::awaitable<Answer> restart_document(Call call);
    boost::asio::awaitable<Answer> reconcile_document(Call call);
    boost::asio::awaitable<Answer> forget_document(Call call);
    boost::asio::awaitable<http::Reply> reply_of(Route route, Call call);

    Parts parts_;
    Watchers watchers_;
};

} // namespace forager::control
