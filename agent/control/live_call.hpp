// A call that belongs to the connection of its client: what is seen of it is told there while it runs, and to the
// agent's own observer. On the strand.
#pragma once

#include "control/client_stream.hpp"
#include "core/outcome.hpp"
#include "ports/observer.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>

namespace forager::control {

class LiveCall final : public Observer {
public:
    /// `also` hears the same, and must outlive it; `most`: bytes that the client leaves unread.
    LiveCall(const boost::asio::any_io_executor& executor, Observer& also, std::size_t most)
        : also_{also}, stream_{executor, most}
    {
    }

    ClientStream& stream() { return stream_; }

    /// Does the work, and tells what came of it.
    boost::asio::awaitable<void> run(boost::asio::awaitable<Outcome> work);

    void state(const Invocation& invocation, State state, std::string_view note) override;
    void line(const Invocation& invocation, std::string_view text) override;

private:
    Observer& also_;
    ClientStream stream_;
};

} // namespace forager::control
