// One client of the server: its requests one after the other, each answered before the next is begun. Owned by the
// server, used on the strand.
#pragma once

#include "io/http/server/body_budget.hpp"
#include "io/http/server/incoming.hpp"
#include "io/http/server/outgoing.hpp"
#include "io/http/server/request_parser.hpp"
#include "io/http/server/server.hpp"

#include <boost/asio/cancellation_signal.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace forager::http {

class Connection {
public:
    struct Services {
        Clock& clock;
        const Server::Config& config;
        const Server::Handle& handle;
        BodyBudget& bodies;
    };

    /// Who is at the other end.
    struct Origin {
        std::string peer;
        std::optional<uid_t> uid;
    };

    /// `wire` goes through this socket.
    Connection(Socket socket, std::unique_ptr<Wire> wire, Origin origin, Services services);

    /// Begins to serve, or only says that there are too many. `ended` is called when all is over, and may destroy this.
    void start(bool welcome, std::function<void()> ended);

    /// Ends after the request in flight, or now when there is none.
    void finish();

    /// Ends now.
    void cancel();

private:
    // How the reply to one request is sent.
    struct Manner {
        bool head_only = false;
        bool http_1_0 = false;
        bool keeps = false;
        Manner() = default;
    };

    boost::asio::awaitable<void> converse();
    boost::asio::awaitable<void> turn_away();
    boost::asio::awaitable<bool> receive(RequestParser& parser, BodyShare& share);
    boost::asio::awaitable<bool> begin();
    using Reached = bool (RequestParser::*)() const;
    boost::asio::awaitable<bool> read_until(RequestParser& parser, BodyShare& share, Reached reached, Duration limit);
    boost::asio::awaitable<bool> respond(RequestParser& parser);
    boost::asio::awaitable<bool> serve(RequestParser& parser);
    boost::asio::awaitable<Reply> ask(ServedRequest request);
    boost::asio::awaitable<bool> send(Reply reply, Manner manner);
    boost::asio::awaitable<bool> send_stream(std::unique_ptr<BodySource> stream, bool chunked);
    boost::asio::awaitable<void> say_farewell();
    void need_client();
    void part_ended();

    Socket socket_;
    std::unique_ptr<Wire> wire_;
    Origin origin_;
    Services services_;
    Incoming incoming_;
    Outgoing outgoing_;
    boost::asio::cancellation_signal work_;
    boost::asio::cancellation_signal pump_;
    std::function<void()> ended_;
    int parts_ = 0;       // of the two coroutines, those that run
    bool needed_ = false; // the client: what is being done is for it alone
    bool idle_ = false;   // nothing is lost by ending now
    bool finishing_ = false;
};

} // namespace forager::http
